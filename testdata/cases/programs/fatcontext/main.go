package main

import (
	"context"
	"time"

	"example.com/cases/obs"
)

type key struct{}

type trace struct {
	id   int
	tags [60]string
}

func process(ctx context.Context) int {
	return ctx.Value(key{}).(*trace).id
}

var (
	ctx = context.Background()
	sum int
)

func main() {
	obs.Run(2*time.Millisecond, func(i int) {
		for j := 0; j < 8; j++ {
			ctx = context.WithValue(ctx, key{}, &trace{id: i + j})
			sum += process(ctx)
		}
		_ = make([]byte, 50<<10+i%5)
	})
}
