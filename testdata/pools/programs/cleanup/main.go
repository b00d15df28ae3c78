// What a pool holds has a cleanup, which runs whenever GC empties the pool.
package main

import (
	"runtime"
	"strings"
	"sync"

	"example.com/pools/load"
)

type handle struct {
	number int
	buf    [64 << 10]byte
}

var (
	closed int
	names  [64]string
	pool   = sync.Pool{New: func() any {
		h := &handle{} // cleanup
		runtime.AddCleanup(h, func(number int) { closed += number }, 1)
		return h
	}}
)

func work(i int) {
	var held [100]*handle
	for n := range held {
		held[n] = pool.Get().(*handle)
		held[n].number = i
	}
	for _, h := range held {
		pool.Put(h)
	}
	for n := range 200 {
		names[n%64] = strings.Repeat("n", 600_000)
	}
}

func main() {
	load.Run(60, work)
}
