package main

// closures in goroutines, method values, defer in a loop, large values by value.
import (
	"sync"
	"time"

	"example.com/cases/obs"
)

type big struct {
	data [2048]byte
	n    int
}

type server struct {
	mu sync.Mutex
	n  int
}

func (s *server) add() { s.mu.Lock(); s.n++; s.mu.Unlock() }

//go:noinline
func each(f func()) { hooks = append(hooks[:0], f) }

var hooks []func()
var bigs = make([]big, 64)
var ptrs []*big

func fanout(s *server, items []int) {
	var wg sync.WaitGroup
	for _, it := range items {
		wg.Add(1)
		go func() {
			defer wg.Done()
			s.mu.Lock()
			s.n += it
			s.mu.Unlock()
		}()
	}
	wg.Wait()
}

func methodValue(s *server) { each(s.add) }

func deferLoop(mus []*sync.Mutex) {
	for _, m := range mus {
		m.Lock()
		defer m.Unlock()
	}
}

func rangeBig() {
	ptrs = ptrs[:0]
	for _, b := range bigs {
		b.n++
		ptrs = append(ptrs, &b)
	}
}

func main() {
	s := &server{}
	items := make([]int, 50)
	var mus []*sync.Mutex
	for i := 0; i < 50; i++ {
		mus = append(mus, &sync.Mutex{})
	}
	obs.Run(time.Millisecond, func(i int) {
		fanout(s, items)
		for j := 0; j < 200; j++ {
			methodValue(s)
		}
		for j := 0; j < 20; j++ {
			deferLoop(mus)
		}
		rangeBig()
	})
}
