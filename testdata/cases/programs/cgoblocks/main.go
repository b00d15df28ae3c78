package main

/*
#include <stdlib.h>
#include <string.h>
static void* take(size_t n) { void *p = malloc(n); memset(p, 1, n); return p; }
*/
import "C"

import (
	"time"
	"unsafe"

	"example.com/cases/obs"
)

type block struct {
	p    unsafe.Pointer
	size int
}

var (
	blocks  []block
	held    int
	falling bool
)

func allocate(size int) {
	blocks = append(blocks, block{C.take(C.size_t(size)), size})
	held += size
}

func release() {
	b := blocks[len(blocks)-1]
	blocks = blocks[:len(blocks)-1]
	C.free(b.p)
	held -= b.size
}

func main() {
	obs.Run(2*time.Millisecond, func(i int) {
		if held > 300<<20 {
			falling = true
		}
		if held < 30<<20 {
			falling = false
		}
		if falling {
			release()
			release()
		} else {
			allocate(40<<10 + i%7*1000)
			allocate(1 << 18)
		}
	})
}
