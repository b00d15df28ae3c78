// A pointer to a slice is put into a pool.
package main

import (
	"sync"

	"example.com/pools/load"
)

var pool = sync.Pool{
	New: func() any {
		buf := make([]byte, 1024)
		return &buf
	},
}

func processEvent(i int) {
	buf := pool.Get().(*[]byte)
	defer func() {
		pool.Put(buf)
	}()
	(*buf)[i%len(*buf)]++
}

func main() {
	load.Run(2_000_000, processEvent)
}
