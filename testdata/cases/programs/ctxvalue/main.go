package main

// context.WithValue chain and a request object for each request; nothing leaks.
import (
	"context"
	"time"

	"example.com/cases/obs"
)

type ctxKey int
type info struct {
	id    int
	trace [16]byte
}

func middleware(ctx context.Context, id int) context.Context {
	ctx = context.WithValue(ctx, ctxKey(1), id)
	ctx = context.WithValue(ctx, ctxKey(2), info{id: id})
	return ctx
}

//go:noinline
func serve(ctx context.Context) int { return ctx.Value(ctxKey(2)).(info).id }

var n int

func main() {
	obs.Run(time.Millisecond, func(i int) {
		for j := 0; j < 500; j++ {
			n += serve(middleware(context.Background(), i*1000+j))
		}
	})
}
