package main

import (
	"context"
	"time"

	"example.com/cases/obs"
	"golang.org/x/sync/errgroup"
)

var size = 32 << 10

func download(ctx context.Context, page int) (int, error) {
	buf := make([]byte, size)
	buf[page%len(buf)] = 1
	select {
	case <-time.After(300 * time.Millisecond): // the other side's answer
	case <-ctx.Done():
		return 0, ctx.Err()
	}
	return len(buf), nil
}

func crawl(ctx context.Context, pages int) error {
	g, ctx := errgroup.WithContext(ctx)
	for page := 0; page < pages; page++ {
		g.Go(func() error {
			_, err := download(ctx, page)
			return err
		})
	}
	return g.Wait()
}

func main() {
	obs.Run(1500*time.Millisecond, func(i int) {
		if err := crawl(context.Background(), 5000); err != nil {
			panic(err)
		}
	})
}
