package main

import (
	"slices"
	"sync"
	"time"

	"example.com/cases/obs"
)

type recorder struct {
	mu   sync.Mutex
	seen map[string][]time.Duration
}

func (r *recorder) observe(route string, d time.Duration) {
	r.mu.Lock()
	r.seen[route] = append(r.seen[route], d)
	r.mu.Unlock()
}

func (r *recorder) median(route string) time.Duration {
	r.mu.Lock()
	defer r.mu.Unlock()
	s := slices.Clone(r.seen[route])
	slices.Sort(s)
	return s[len(s)/2]
}

var r = &recorder{seen: map[string][]time.Duration{}}

func main() {
	routes := []string{"/", "/orders", "/login", "/search"}
	obs.Run(time.Millisecond, func(i int) {
		for j := 0; j < 800; j++ {
			r.observe(routes[j%4], time.Duration(i*j))
		}
		if i%2000 == 1999 {
			r.median("/")
		}
	})
}
