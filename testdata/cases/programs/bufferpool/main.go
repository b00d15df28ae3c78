package main

import (
	"io"
	"strings"
	"sync"
	"time"

	"example.com/cases/obs"
)

// buffers keeps buffers in a channel.
type buffers struct {
	c    chan []byte
	w    int
	wcap int
}

func newBuffers(maxSize, width, capwidth int) *buffers {
	return &buffers{c: make(chan []byte, maxSize), w: width, wcap: capwidth}
}

func (p *buffers) get() []byte {
	select {
	case b := <-p.c:
		return b
	default:
		return make([]byte, p.w, p.wcap)
	}
}

func (p *buffers) put(b []byte) {
	select {
	case p.c <- b:
	default:
	}
}

var pool = newBuffers(64, 10<<20, 10<<20)

func upload(r io.Reader) int {
	b := pool.get()
	defer pool.put(b)
	n, _ := io.ReadFull(r, b)
	time.Sleep(20 * time.Millisecond)
	return n
}

func main() {
	object := strings.Repeat("x", 400<<10)
	begun := time.Now()
	obs.Run(10*time.Millisecond, func(int) {
		streams := 1
		if s := time.Since(begun).Seconds(); s > 3 && s < 5 {
			streams = 24
		}
		var wg sync.WaitGroup
		for range streams {
			wg.Go(func() { upload(strings.NewReader(object)) })
		}
		wg.Wait()
		_ = make([]byte, 1<<20+len(object))
	})
}
