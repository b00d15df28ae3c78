// Command recorder writes an execution trace of itself: `recorder MODE FILE`. README.md says what each mode holds.
package main

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"runtime/trace"
	"strconv"
	"sync"
	"time"
)

func main() {
	if len(os.Args) < 3 {
		fmt.Fprintln(os.Stderr, "usage: recorder MODE FILE [SCALE]")
		os.Exit(2)
	}
	scale := 1
	if len(os.Args) > 3 {
		scale, _ = strconv.Atoi(os.Args[3])
	}
	mode, path := os.Args[1], os.Args[2]
	if mode == "flight" {
		flight(path, scale)
		return
	}
	run := modes[mode]
	if run == nil {
		fmt.Fprintln(os.Stderr, "unknown mode", mode)
		os.Exit(2)
	}
	file, err := os.Create(path)
	check(err)
	check(trace.Start(file))
	run(scale)
	if mode == "torn" {
		os.Exit(0)
	}
	trace.Stop()
	check(file.Close())
}

// modes are what the program can do while it is traced, by name.
var modes = map[string]func(scale int){
	"blocked":     blocked,
	"callbacks":   callbacks,
	"channels":    channels,
	"coroutines":  coroutines,
	"idle":        idle,
	"lifetimes":   lifetimes,
	"limited":     limited,
	"nested":      nested,
	"pooled":      pooled,
	"processors":  processors,
	"profiled":    profiled,
	"service":     service,
	"steady":      steady,
	"stops":       stops,
	"torn":        service,
	"uncollected": uncollected,
	"unwound":     unwound,
	"web":         web,
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}

// kept is what the garbage collector has to mark.
var kept [][]*record

type record struct {
	next *record
	name string
	body [6]int
}

// service has requests as tasks, with regions and logs, and so much garbage that goroutines assist.
func service(scale int) {
	for i := 0; i < 8; i++ {
		batch := make([]*record, 8000)
		for j := range batch {
			batch[j] = &record{name: strconv.Itoa(j)}
			if j > 0 {
				batch[j].next = batch[j-1]
			}
		}
		kept = append(kept, batch)
	}
	var wait sync.WaitGroup
	for worker := 0; worker < 4; worker++ {
		wait.Add(1)
		go func() {
			defer wait.Done()
			for request := 0; request < 12*scale; request++ {
				handle(context.Background(), worker, request)
			}
		}()
	}
	wait.Wait()
	runtime.GC()
}

var sink [4][]*record

func handle(ctx context.Context, worker, request int) {
	name := "checkout"
	if request%3 == 0 {
		name = "browse"
	}
	ctx, task := trace.NewTask(ctx, name)
	defer task.End()
	trace.Log(ctx, "request", strconv.Itoa(request))
	trace.WithRegion(ctx, "parse", func() { parse(worker, request) })
	trace.WithRegion(ctx, "render", func() { render(ctx, worker) })
}

func parse(worker, request int) {
	for i := 0; i < 1500; i++ {
		sink[worker] = append(sink[worker], &record{name: "parsed"})
		if len(sink[worker]) > 3000 {
			sink[worker] = nil
		}
	}
}

func render(ctx context.Context, worker int) {
	inner, task := trace.NewTask(ctx, "template")
	defer task.End()
	trace.WithRegion(inner, "fill", func() {
		for i := 0; i < 6; i++ {
			buffers[worker] = make([]byte, 64<<10+i*8192)
		}
	})
}

var buffers [4][]byte

// stops stops the world in every way that measuring does.
func stops(scale int) {
	held := make([][]byte, 64)
	for i := range held {
		held[i] = make([]byte, 32<<10)
	}
	for i := 0; i < 3*scale; i++ {
		var stats runtime.MemStats
		runtime.ReadMemStats(&stats)
		buffer := make([]byte, 1<<16)
		runtime.Stack(buffer, true)
		records := make([]runtime.StackRecord, 64)
		runtime.GoroutineProfile(records)
		debug.SetGCPercent(50 + 50*i)
		runtime.GOMAXPROCS(1 + i%2)
		debug.FreeOSMemory()
		time.Sleep(time.Millisecond)
	}
	runtime.KeepAlive(held)
}

// steady allocates on one goroutine for some seconds, over several generations.
func steady(scale int) {
	held := make([][]byte, 256)
	for start := time.Now(); time.Since(start) < time.Duration(scale)*time.Second; {
		for i := range held {
			held[i] = make([]byte, 16<<10)
		}
		time.Sleep(2 * time.Millisecond)
	}
}

type (
	// Event dies at once, Session is let go after three cycles, Cached after six.
	Event   struct{ kind, count int }
	Session struct{ data [4]int }
	Cached  struct{ data [12]int }
)

var (
	event    *Event
	sessions [3][]*Session
	cached   [6][]*Cached
	flag     *bool
	flags    [3][]*bool
)

// lifetimes has types that are let go after 0, 3 and 6 cycles; run it with GODEBUG=traceallocfree=1.
func lifetimes(scale int) {
	debug.SetGCPercent(-1)
	defer debug.SetGCPercent(100)
	for cycle := 0; cycle < 10; cycle++ {
		for i := 0; i < 400*scale; i++ {
			event = &Event{kind: i, count: cycle}
			flag = new(bool)
		}
		young := make([]*Session, 0, 200*scale)
		old := make([]*Cached, 0, 100*scale)
		small := make([]*bool, 0, 100*scale)
		for i := 0; i < 200*scale; i++ {
			young = append(young, &Session{})
		}
		for i := 0; i < 100*scale; i++ {
			old = append(old, &Cached{})
			small = append(small, new(bool))
		}
		sessions[cycle%3] = young
		flags[cycle%3] = small
		cached[cycle%6] = old
		runtime.GC()
	}
	event, flag = nil, nil
	runtime.GC()
}
