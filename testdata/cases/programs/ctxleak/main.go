package main

// context.WithCancel of a long-lived parent, cancel never called.
import (
	"context"
	"time"

	"example.com/cases/obs"
)

var root, cancelRoot = context.WithCancel(context.Background())

type payload struct{ b [512]byte }

func handle(i int) {
	ctx, _ := context.WithTimeout(root, time.Hour)
	ctx = context.WithValue(ctx, "req", &payload{})
	_ = ctx.Value("req")
	use(ctx)
}

//go:noinline
func use(ctx context.Context) {
	c2, _ := context.WithCancel(ctx)
	_ = c2
}

func main() {
	obs.Run(time.Millisecond, func(i int) {
		for j := 0; j < 20; j++ {
			handle(i)
		}
	})
	cancelRoot()
}
