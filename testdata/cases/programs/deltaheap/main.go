// Writes what a continuous profiler uploads each period: heap as a delta of alloc_*, with inuse_* as they are.
package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"runtime/pprof"
	"time"

	"github.com/google/pprof/profile"
)

type subscription struct {
	topic string
	queue []byte
}

var hub = map[int]*subscription{}

func subscribe(id int) {
	hub[id] = &subscription{topic: "orders", queue: make([]byte, 0, 6<<10)}
}

func decode(i int) int {
	b := bytes.Repeat([]byte{byte(i)}, 20<<10)
	return len(b)
}

func take() *profile.Profile {
	var b bytes.Buffer
	pprof.Lookup("heap").WriteTo(&b, 0)
	p, err := profile.Parse(&b)
	if err != nil {
		panic(err)
	}
	return p
}

func main() {
	dir := os.Args[1]
	before := take()
	id := 0
	for period := 0; period < 6; period++ {
		end := time.Now().Add(1500 * time.Millisecond)
		for time.Now().Before(end) {
			for j := 0; j < 4; j++ {
				subscribe(id)
				decode(id)
				id++
			}
			time.Sleep(time.Millisecond)
		}
		after := take()
		base := before.Copy()
		base.ScaleN([]float64{-1, -1, 0, 0})
		merged, err := profile.Merge([]*profile.Profile{after.Copy(), base})
		if err != nil {
			panic(err)
		}
		merged.TimeNanos = after.TimeNanos
		merged.DurationNanos = 1500_000_000
		sub := filepath.Join(dir, fmt.Sprintf("%d", after.TimeNanos/1e9))
		os.MkdirAll(sub, 0o755)
		f, _ := os.Create(filepath.Join(sub, "delta-heap.pprof"))
		merged.Write(f)
		f.Close()
		g, _ := os.Create(filepath.Join(sub, "goroutines.pprof"))
		pprof.Lookup("goroutine").WriteTo(g, 0)
		g.Close()
		before = after
	}
}
