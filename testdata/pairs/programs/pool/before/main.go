// Buffers in a pool.
package main

import (
	"sync"

	"example.com/pairs/load"
)

var pool = sync.Pool{New: func() any { return make([]byte, 0, 64) }}

var texts [64]string

func handle(i int) {
	buffer := pool.Get().([]byte)
	buffer = append(buffer[:0], "event "...)
	buffer = append(buffer, byte('a'+i%26))
	if i%4 == 0 {
		texts[i%64] = string(buffer)
	}
	pool.Put(buffer) // fixed
}

func main() {
	load.Run(20_000_000, handle)
}
