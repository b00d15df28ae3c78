package main

import (
	"context"
	"time"

	"example.com/cases/obs"
)

var root, stopAll = context.WithCancel(context.Background())

type conn struct{ buf [8 << 10]byte }

func (c *conn) close() { c.buf[0] = 0 }

func serve() int {
	c := &conn{}
	context.AfterFunc(root, c.close)
	return int(c.buf[1])
}

func main() {
	obs.Run(2*time.Millisecond, func(int) { serve(); serve() })
	stopAll()
}
