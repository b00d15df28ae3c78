package main

// kind: requests pile up behind one mutex whose holder waits for something slow.
import (
	"sync"
	"time"

	"example.com/cases/obs"
)

type store struct {
	mu sync.Mutex
	m  map[int]int
}

func (s *store) slow() {
	s.mu.Lock()
	defer s.mu.Unlock()
	time.Sleep(time.Hour)
}

func (s *store) get(k int) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.m[k]
}

func handle(s *store, k int) {
	buf := make([]byte, 2048)
	buf[0] = byte(s.get(k))
	sink = buf
}

var sink []byte

func main() {
	s := &store{m: map[int]int{}}
	go s.slow()
	time.Sleep(10 * time.Millisecond)
	obs.Run(2*time.Millisecond, func(i int) { go handle(s, i) })
}
