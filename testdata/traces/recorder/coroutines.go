//go:build go1.23

package main

import (
	"context"
	"iter"
	"maps"
	"runtime/trace"
	"slices"
	"strconv"
	"sync"
)

// coroutines has iterators that are pulled: the runtime switches to their goroutines without the scheduler.
func coroutines(scale int) {
	var wait sync.WaitGroup
	for worker := 0; worker < 4; worker++ {
		wait.Add(1)
		go func() {
			defer wait.Done()
			for round := 0; round < 6*scale; round++ {
				pull(worker)
			}
		}()
	}
	wait.Wait()
}

func pull(worker int) {
	ctx, task := trace.NewTask(context.Background(), "pull")
	defer task.End()
	next, stop := iter.Pull(records(600))
	defer stop()
	trace.WithRegion(ctx, "merge", func() {
		for found := range evens(records(500)) {
			other, ok := next()
			if !ok {
				break
			}
			sink[worker] = append(sink[worker], found, other)
			if len(sink[worker]) > 4000 {
				sink[worker] = nil
			}
		}
	})
	counts := map[string]int{}
	for _, found := range sink[worker] {
		counts[found.name]++
	}
	_ = slices.Sorted(maps.Keys(counts))
}

func records(count int) iter.Seq[*record] {
	return func(yield func(*record) bool) {
		for i := 0; i < count; i++ {
			if !yield(&record{name: strconv.Itoa(i)}) {
				return
			}
		}
	}
}

func evens(all iter.Seq[*record]) iter.Seq[*record] {
	return func(yield func(*record) bool) {
		next, stop := iter.Pull(all)
		defer stop()
		for found, ok := next(); ok; found, ok = next() {
			if len(found.name)%2 == 0 && !yield(found) {
				return
			}
		}
	}
}
