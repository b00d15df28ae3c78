// Few requests are large, and their buffers stay in the pool for the small ones.
package main

import (
	"bytes"
	"strings"
	"sync"

	"example.com/pools/load"
)

var (
	pool  = sync.Pool{New: func() any { return new(bytes.Buffer) }}
	large = strings.Repeat("x", 1<<20)
	names [64]string
)

func handle(i int) {
	var held [8]*bytes.Buffer
	for n := range held {
		held[n] = pool.Get().(*bytes.Buffer)
		held[n].Reset()
		if i%5000 == n {
			held[n].WriteString(large) // kept
		} else {
			held[n].WriteString("a short text")
		}
	}
	names[i%64] = strings.Repeat("n", 100+i%100)
	for _, buf := range held {
		pool.Put(buf)
	}
}

func main() {
	load.Run(400_000, handle)
}
