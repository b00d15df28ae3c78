// Package load runs a piece of work a fixed number of times beside a live heap of some size.
package load

import (
	"os"
	"runtime"
	"runtime/pprof"
)

type node struct {
	next *node
	data [4]int
}

// Run does the work, and writes the profile of all that was allocated to the file that HEAP_PROFILE names.
func Run(times int, work func(i int)) {
	var live *node
	for i := 0; i < 250_000; i++ {
		live = &node{next: live}
	}
	for i := 0; i < times; i++ {
		work(i)
	}
	file, err := os.Create(os.Getenv("HEAP_PROFILE"))
	if err != nil {
		panic(err)
	}
	defer file.Close()
	if err := pprof.Lookup("allocs").WriteTo(file, 0); err != nil {
		panic(err)
	}
	runtime.KeepAlive(live)
}
