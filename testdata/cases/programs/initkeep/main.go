package main

// kind: "the profile says my lookup table allocates most": a table is loaded once, the requests are what costs GC.
import (
	"fmt"
	"os"
	"runtime"
	"time"

	"example.com/cases/obs"
)

type place struct {
	name string
	lat  float64
	lon  float64
	tags []string
}

func load(n int) map[string]*place {
	m := make(map[string]*place, n)
	for i := 0; i < n; i++ {
		k := fmt.Sprintf("place-%07d", i)
		m[k] = &place{name: k, tags: []string{"a", "b", "c"}}
	}
	return m
}

type answer struct{ buf [2048]byte }

var sink *answer

//go:noinline
func respond(p *place) *answer {
	a := &answer{}
	copy(a.buf[:], p.name)
	return a
}

func main() {
	n := 700000
	if os.Getenv("LOAD") == "0" {
		n = 2
	}
	m := load(n)
	p := m["place-0000001"]
	obs.Run(time.Millisecond, func(i int) {
		for j := 0; j < 10; j++ {
			sink = respond(p)
		}
	})
	runtime.KeepAlive(m)
}
