//go:build go1.24

package main

import (
	"runtime"
	"weak"
)

type resource struct {
	fd  int
	pad [64]byte
}

var (
	kept     []*resource
	onlyWeak []weak.Pointer[[512]byte]
)

type report struct{ lines [80_000]byte }

// The argument goes into a copy that only the runtime knows of.
//
//go:noinline
func attach() {
	r := &resource{}
	kept = append(kept, r)
	runtime.AddCleanup(r, func(b report) { garbage += len(b.lines) }, report{})
}

func init() {
	// Up to Go 1.25 the function itself is found, later the place where it was given.
	registerBytes("cleanup", "main.attach+main.attach.func1", "cleanups.go", 81_920, attach)
	// Weak pointers keep nothing but their own slice.
	register("global", "main.onlyWeak", "cleanups.go", func() {
		for i := 0; i < 1000; i++ {
			onlyWeak = append(onlyWeak, weak.Make(new([512]byte)))
		}
	}, func() { onlyWeak = nil })
}
