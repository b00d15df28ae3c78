// Buffers in a pool.
package main

import (
	"sync"

	"example.com/pairs/load"
)

var pool = sync.Pool{New: func() any { return new([64]byte) }}

var texts [64]string

func handle(i int) {
	kept := pool.Get().(*[64]byte)
	buffer := kept[:0]
	buffer = append(buffer[:0], "event "...)
	buffer = append(buffer, byte('a'+i%26))
	if i%4 == 0 {
		texts[i%64] = string(buffer)
	}
	pool.Put(kept)
}

func main() {
	load.Run(20_000_000, handle)
}
