package main

import (
	"os"
	"runtime"
	"time"
	"unsafe"
)

type handle struct {
	other *handle
	load  []byte
}

var (
	dropped [4]uintptr // hidden from the collector
	garbage int
	unblock = make(chan int)
	wasted  int
)

func closeHandle(h *handle) { garbage += len(h.load) }

//go:noinline
func expire(n int) uintptr {
	kept := make([]byte, n)
	t := time.AfterFunc(time.Hour, func() { kept[0]++ })
	return uintptr(unsafe.Pointer(t))
}

//go:noinline
func cycle() uintptr {
	a, b := &handle{load: make([]byte, 40_000)}, &handle{load: make([]byte, 30_000)}
	a.other, b.other = b, a
	runtime.SetFinalizer(a, closeHandle)
	return uintptr(unsafe.Pointer(a))
}

func init() {
	register("timer", "main.expire.func1", "runtimeheld.go", func() { dropped[0] = expire(110_000) }, func() {
		(*time.Timer)(unsafe.Pointer(dropped[0])).Stop()
		dropped[0] = 0
		time.AfterFunc(time.Millisecond, func() {})
	})
	register("finalizer", "main.closeHandle", "runtimeheld.go", func() { dropped[1] = cycle() }, func() {
		runtime.SetFinalizer((*handle)(unsafe.Pointer(dropped[1])), nil)
	})
	registerBytes("global", "main.pool", "globals.go", 40*1024, func() {
		var all [40]any
		for i := range all {
			all[i] = pool.Get()
		}
		for _, x := range all {
			pool.Put(x)
		}
	})
	register("finalizer_queue", "main.slowClose", "runtimeheld.go", func() {
		for i := 0; i < 6; i++ {
			queue()
		}
	}, func() { close(unblock) })
	registerBytes("unreachable", "unreachable", "runtimeheld.go", 20*9472, func() {})
}

//go:noinline
func queue() { runtime.SetFinalizer(&handle{load: make([]byte, 20_000)}, slowClose) }

func slowClose(h *handle) { <-unblock; garbage += len(h.load) }

//go:noinline
func waste() {
	for i := 0; i < 20; i++ {
		b := make([]byte, 9000+len(os.Args)-2)
		wasted += len(b)
	}
}
