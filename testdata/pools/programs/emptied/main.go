// Between two uses of the pool so much is allocated that GC empties it.
package main

import (
	"sync"

	"example.com/pools/load"
)

var (
	pool = sync.Pool{New: func() any {
		return new([4 << 20]byte) // refilled
	}}
	rest [64][]byte
)

func handle(i int) {
	buf := pool.Get().(*[4 << 20]byte)
	buf[i%len(buf)]++
	pool.Put(buf)
	for n := range 800 {
		rest[n%64] = make([]byte, 128<<10)
	}
}

func main() {
	load.Run(150, handle)
}
