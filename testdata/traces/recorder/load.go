package main

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"os"
	"runtime"
	"runtime/debug"
	"runtime/pprof"
	"runtime/trace"
	"strconv"
	"strings"
	"sync"
	"time"
)

// channels has many goroutines that hand values on, each in a task and a region of its own.
func channels(scale int) {
	var wait sync.WaitGroup
	for pair := 0; pair < 100; pair++ {
		values := make(chan *record)
		wait.Add(2)
		go func() {
			defer wait.Done()
			ctx, task := trace.NewTask(context.Background(), "send")
			defer task.End()
			for i := 0; i < 40*scale; i++ {
				trace.WithRegion(ctx, "hand over", func() { values <- &record{name: strconv.Itoa(i)} })
			}
			close(values)
		}()
		go func() {
			defer wait.Done()
			ctx, task := trace.NewTask(context.Background(), "receive")
			defer task.End()
			var last *record
			for value := range values {
				region := trace.StartRegion(ctx, "keep")
				value.next = last
				if len(value.name) > 1 {
					last = value
				}
				region.End()
			}
		}()
	}
	wait.Wait()
}

// web is a server on the loopback that answers clients: network, timers, system calls, and a task for each request.
func web(scale int) {
	server := &http.Server{Handler: http.HandlerFunc(func(out http.ResponseWriter, request *http.Request) {
		ctx, task := trace.NewTask(request.Context(), request.URL.Path)
		defer task.End()
		trace.Log(ctx, "agent", request.UserAgent())
		body, _ := io.ReadAll(request.Body)
		trace.WithRegion(ctx, "answer", func() {
			lines := make([]string, 0, 8)
			for i := 0; i < 400; i++ {
				lines = append(lines, strings.Repeat(strconv.Itoa(i), 1+len(body)%7))
			}
			_, _ = io.WriteString(out, strings.Join(lines, "\n"))
		})
	})}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	check(err)
	go func() { _ = server.Serve(listener) }()
	var wait sync.WaitGroup
	for client := 0; client < 6; client++ {
		wait.Add(1)
		go func() {
			defer wait.Done()
			for i := 0; i < 25*scale; i++ {
				answer, err := http.Post("http://"+listener.Addr().String()+"/"+strconv.Itoa(i%5), "text/plain",
					bytes.NewReader(make([]byte, i*37)))
				check(err)
				_, _ = io.Copy(io.Discard, answer.Body)
				check(answer.Body.Close())
			}
		}()
	}
	wait.Wait()
	check(server.Close())
}

// blocked has goroutines in system calls, some longer than the runtime waits before it takes their processor away.
func blocked(scale int) {
	var wait sync.WaitGroup
	for worker := 0; worker < 6; worker++ {
		wait.Add(1)
		go func() {
			defer wait.Done()
			if worker%2 == 0 {
				runtime.LockOSThread()
			}
			for i := 0; i < 20*scale; i++ {
				file, err := os.CreateTemp("", "recorder")
				check(err)
				for j := 0; j < 8; j++ {
					_, _ = file.Write(make([]byte, 8<<10))
				}
				check(file.Sync())
				check(file.Close())
				check(os.Remove(file.Name()))
				churn()
			}
		}()
	}
	wait.Wait()
}

// processors changes how many there are while many goroutines allocate.
func processors(scale int) {
	before := runtime.GOMAXPROCS(0)
	defer runtime.GOMAXPROCS(before)
	for _, count := range []int{16, 1, 64, 3} {
		runtime.GOMAXPROCS(count)
		var wait sync.WaitGroup
		for worker := 0; worker < 2*count; worker++ {
			wait.Add(1)
			go func() {
				defer wait.Done()
				var own []*record
				for i := 0; i < 4000*scale; i++ {
					own = append(own, &record{name: "own"})
				}
				runtime.Gosched()
				runtime.KeepAlive(own)
			}()
		}
		wait.Wait()
	}
}

// limited runs into a memory limit with GC off otherwise, and forces cycles too.
func limited(scale int) {
	debug.SetGCPercent(-1)
	limit := debug.SetMemoryLimit(12 << 20)
	defer func() {
		debug.SetMemoryLimit(limit)
		debug.SetGCPercent(100)
	}()
	held := make([][]byte, 200)
	for i := 0; i < 12000*scale; i++ {
		held[i%len(held)] = make([]byte, 8<<10+i%512)
		if i%3000 == 0 {
			runtime.GC()
		}
		if i == 6000*scale {
			debug.SetMemoryLimit(9 << 20)
		}
	}
	runtime.KeepAlive(held)
}

// idle does next to nothing for a time, and then allocates.
func idle(scale int) {
	time.Sleep(time.Duration(scale) * 1200 * time.Millisecond)
	parse(0, 0)
	time.Sleep(time.Duration(scale) * 1100 * time.Millisecond)
	service(1)
}

// uncollected allocates with GC off.
func uncollected(scale int) {
	debug.SetGCPercent(-1)
	defer debug.SetGCPercent(100)
	for i := 0; i < 20*scale; i++ {
		parse(i%4, i)
		render(context.Background(), i%4)
	}
}

// profiled has samples of a CPU profile in the trace.
func profiled(scale int) {
	check(pprof.StartCPUProfile(io.Discard))
	defer pprof.StopCPUProfile()
	for start := time.Now(); time.Since(start) < time.Duration(scale)*150*time.Millisecond; {
		handle(context.Background(), 0, 1)
	}
}
