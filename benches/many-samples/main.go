// Command many-samples writes a heap profile with 300,000 samples, each with a stack of its own.
package main

import (
	"os"
	"runtime"
	"runtime/pprof"
)

var sink [][]byte

//go:noinline
func a(path, depth int) { step(path, depth) }

//go:noinline
func b(path, depth int) { step(path, depth) }

//go:noinline
func c(path, depth int) { step(path, depth) }

//go:noinline
func d(path, depth int) { step(path, depth) }

func step(path, depth int) {
	if depth == 0 {
		sink[path%1024] = make([]byte, 16<<(path%5))
		return
	}
	switch path & 3 {
	case 0:
		a(path>>2, depth-1)
	case 1:
		b(path>>2, depth-1)
	case 2:
		c(path>>2, depth-1)
	default:
		d(path>>2, depth-1)
	}
}

func main() {
	runtime.MemProfileRate = 1
	sink = make([][]byte, 1024)
	for i := 0; i < 300000; i++ {
		step(i, 10)
	}
	runtime.GC()
	f, _ := os.Create(os.Args[1])
	pprof.Lookup("heap").WriteTo(f, 0)
	f.Close()
}
