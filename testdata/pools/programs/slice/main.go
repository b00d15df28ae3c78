// A slice is put into a pool: each Put boxes its header.
package main

import (
	"sync"

	"example.com/pools/load"
)

var pool = sync.Pool{
	New: func() any { return make([]byte, 1024) },
}

func processEvent(i int) {
	buf := pool.Get().([]byte)
	defer func() {
		pool.Put(buf) // boxed
	}()
	buf[i%len(buf)]++
}

func main() {
	load.Run(2_000_000, processEvent)
}
