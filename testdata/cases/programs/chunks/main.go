package main

import (
	"time"

	"example.com/cases/obs"
)

// arena hands out small pieces of large chunks.
type arena struct{ free []byte }

func (a *arena) alloc(n int) []byte {
	if len(a.free) < n {
		a.free = make([]byte, 256<<10)
	}
	p := a.free[:n:n]
	a.free = a.free[n:]
	return p
}

var (
	scratch arena
	names   = map[int][]byte{}
)

func request(i int) {
	for j := 0; j < 60; j++ {
		b := scratch.alloc(1 << 10)
		b[0] = byte(j)
	}
	name := scratch.alloc(16)
	copy(name, "user-name")
	names[i] = name
}

func main() {
	obs.Run(4*time.Millisecond, request)
}
