// Command checkout serves requests of a shop to itself for a while and records what it did: `checkout FOLDER`.
//
// Every request is a task of runtime/trace, its parts are regions. Checkouts render an invoice with a small object for each
// word of it, so that the garbage collector makes them help; browsing hardly allocates.
package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"runtime/pprof"
	"runtime/trace"
	"strconv"
	"sync"
	"time"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: checkout FOLDER")
		os.Exit(2)
	}
	runtime.MemProfileRate = 64 << 10
	shop := newShop(60_000)
	serve(shop, time.Second/2)
	file := create("trace.out")
	check(trace.Start(file))
	serve(shop, 100*time.Millisecond)
	trace.Stop()
	check(file.Close())
	file = create("heap.pb.gz")
	runtime.GC()
	check(pprof.Lookup("heap").WriteTo(file, 0))
	check(file.Close())
	runtime.KeepAlive(shop)
}

// serve has four customers at a time.
func serve(shop *shop, length time.Duration) {
	var wait sync.WaitGroup
	end := time.Now().Add(length)
	for customer := range 4 {
		wait.Add(1)
		go func() {
			defer wait.Done()
			for request := customer; time.Now().Before(end); request++ {
				if request%2 == 0 {
					shop.browse(context.Background(), request)
				} else {
					shop.checkout(context.Background(), request)
				}
			}
		}()
	}
	wait.Wait()
}

func (s *shop) browse(ctx context.Context, request int) {
	ctx, task := trace.NewTask(ctx, "browse")
	defer task.End()
	trace.WithRegion(ctx, "search", func() {
		best := s.products[request%len(s.products)]
		for range 4_000 {
			best = best.similar
		}
		s.seen.Store(best.name, request)
	})
}

func (s *shop) checkout(ctx context.Context, request int) {
	ctx, task := trace.NewTask(ctx, "checkout")
	defer task.End()
	trace.Log(ctx, "request", strconv.Itoa(request))
	var cart []*product
	trace.WithRegion(ctx, "load cart", func() { cart = s.cart(request) })
	trace.WithRegion(ctx, "render invoice", func() { s.seen.Store("invoice", render(cart).pages) })
}

func create(name string) *os.File {
	file, err := os.Create(filepath.Join(os.Args[1], name))
	check(err)
	return file
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}
