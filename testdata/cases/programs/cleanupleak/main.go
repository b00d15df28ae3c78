package main

// runtime.AddCleanup whose argument reaches the object: it is never freed.
import (
	"runtime"
	"time"

	"example.com/cases/obs"
)

type conn struct{ buf [4096]byte }

type handle struct{ c *conn }

func (h *handle) close() { h.c.buf[0] = 0 }

func open() {
	c := &conn{}
	runtime.AddCleanup(c, func(h *handle) { h.close() }, &handle{c})
}

var sink []byte

func main() {
	obs.Run(time.Millisecond, func(i int) {
		for j := 0; j < 5; j++ {
			open()
		}
		sink = make([]byte, 32<<10)
	})
}
