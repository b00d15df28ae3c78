// Command pools makes objects that a pool could hold, by the word of a heap profile, and traces their births and deaths: run it
// with GODEBUG=traceallocfree=1. `pools FOLDER` writes a trace and a heap profile.
package main

import (
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"runtime/pprof"
	"runtime/trace"
)

type (
	// Frame dies before the next GC, Session outlives two.
	Frame   struct{ data [64]int }
	Session struct{ data [48]int }
)

var (
	frame    *Frame
	sessions [3][]*Session
)

func main() {
	runtime.MemProfileRate = 1
	debug.SetGCPercent(-1)
	file := create("trace.out")
	check(trace.Start(file))
	for cycle := range 26 {
		for range 420 {
			frame = new(Frame)
		}
		young := make([]*Session, 0, 420)
		for range 420 {
			young = append(young, &Session{})
		}
		sessions[cycle%3] = young
		runtime.GC()
	}
	trace.Stop()
	check(file.Close())
	clear(sessions[:])
	runtime.GC()
	runtime.GC()
	file = create("heap.pb.gz")
	check(pprof.Lookup("heap").WriteTo(file, 0))
	check(file.Close())
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
