// A whole buffer is put into a pool by its value, and copied at each Get and Put.
package main

import (
	"bytes"
	"strconv"
	"sync"

	"example.com/pools/load"
)

type buffer struct {
	bytes.Buffer
	room [200]byte
}

var (
	pool  = sync.Pool{New: func() any { return buffer{} }}
	total int
)

func handle(i int) {
	buf := pool.Get().(buffer)
	buf.Reset()
	buf.WriteString(strconv.Itoa(i))
	buf.room[i%200]++
	total += buf.Len()
	pool.Put(buf) // boxed
}

func main() {
	load.Run(500_000, handle)
}
