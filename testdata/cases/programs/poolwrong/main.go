// Frames are taken from a pool; the error path forgets to give them back.
package main

import (
	"errors"
	"sync"
	"time"

	"example.com/cases/obs"
)

type frame struct {
	n    int
	data [16 << 10]byte
}

var frames = sync.Pool{New: func() any { return new(frame) }}

var errShort = errors.New("short frame")

func decode(size int) (int, error) {
	f := frames.Get().(*frame)
	if size < 100 {
		return 0, errShort
	}
	f.n = size
	f.data[size] = 1
	sum := f.n + int(f.data[0])
	frames.Put(f)
	return sum, nil
}

func main() {
	failed := 0
	obs.Run(50*time.Microsecond, func(i int) {
		if _, err := decode(i % 150); err != nil {
			failed++
		}
	})
}
