package main

import (
	"context"
	"fmt"
	"runtime"
	"runtime/trace"
	"strings"
	"sync"
)

// nested has tasks in tasks and regions in regions on several goroutines, tasks that end elsewhere or never, and long names.
func nested(scale int) {
	var wait sync.WaitGroup
	for worker := 0; worker < 3; worker++ {
		wait.Add(1)
		go func() {
			defer wait.Done()
			for i := 0; i < 15*scale; i++ {
				outer, task := trace.NewTask(context.Background(), strings.Repeat("länge", i*20))
				descend(outer, worker, 6)
				done := make(chan struct{})
				go func() {
					defer close(done)
					region := trace.StartRegion(outer, "elsewhere")
					churn()
					region.End()
					if i%4 != 0 {
						task.End()
					}
				}()
				<-done
				trace.Logf(context.Background(), "", "%d\t%s\n", i, strings.Repeat("x", 40*i))
			}
		}()
	}
	wait.Wait()
}

// churn makes garbage that nobody else sees.
func churn() {
	var all []*record
	for i := 0; i < 1500; i++ {
		all = append(all, &record{name: "churned"})
	}
	runtime.KeepAlive(all)
}

func descend(ctx context.Context, worker, depth int) {
	if depth == 0 {
		parse(worker, depth)
		return
	}
	inner, task := trace.NewTask(ctx, fmt.Sprint("depth ", depth))
	defer task.End()
	trace.WithRegion(inner, "same", func() {
		trace.WithRegion(ctx, "same", func() { descend(inner, worker, depth-1) })
	})
}

// unwound leaves functions by panic and Goexit, with deep stacks, and lets goroutines leak.
func unwound(scale int) {
	leaked := make(chan struct{})
	var wait sync.WaitGroup
	for i := 0; i < 40*scale; i++ {
		wait.Add(1)
		go func() {
			defer wait.Done()
			defer func() { _ = recover() }()
			ctx, task := trace.NewTask(context.Background(), "unwound")
			defer task.End()
			trace.WithRegion(ctx, "deep", func() { deep(i, 300) })
		}()
		if i%8 == 0 {
			go func() { <-leaked }()
		}
	}
	wait.Wait()
}

func deep(i, depth int) {
	held := make([]*record, 20)
	for j := range held {
		held[j] = &record{name: "deep"}
	}
	switch {
	case depth > 0:
		deep(i, depth-1)
	case i%2 == 0:
		panic("unwound")
	default:
		runtime.Goexit()
	}
	runtime.KeepAlive(held)
}
