package main

import (
	"runtime"
	"sync"
	"time"
	"unique"
	"weak"

	"example.com/cases/obs"
)

type blob struct{ data [8 << 10]byte }

var (
	mu    sync.Mutex
	blobs = map[int]weak.Pointer[blob]{}
	last  unique.Handle[string]
)

func get(k int) *blob {
	mu.Lock()
	defer mu.Unlock()
	if p := blobs[k].Value(); p != nil {
		return p
	}
	b := &blob{}
	blobs[k] = weak.Make(b)
	runtime.AddCleanup(b, func(k int) {
		mu.Lock()
		defer mu.Unlock()
		if blobs[k].Value() == nil {
			delete(blobs, k)
		}
	}, k)
	return b
}

func main() {
	obs.Run(time.Millisecond, func(i int) {
		for j := 0; j < 10; j++ {
			b := get(i*10 + j)
			b.data[0]++
			last = unique.Make(string(b.data[:32]))
		}
	})
}
