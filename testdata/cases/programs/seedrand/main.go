package main

import (
	"fmt"
	"math/rand"
	"runtime"
	"time"

	"example.com/cases/obs"
)

type reservoir struct {
	rng   *rand.Rand
	kept  [4]float64
	count int
}

func newReservoir(seed int64) *reservoir {
	return &reservoir{rng: rand.New(rand.NewSource(seed))}
}

func (r *reservoir) offer(v float64) {
	r.count++
	if r.count <= len(r.kept) {
		r.kept[r.count-1] = v
	} else if k := r.rng.Intn(r.count); k < len(r.kept) {
		r.kept[k] = v
	}
}

type meter struct{ series map[string]*reservoir }

func (m *meter) record(route string, v float64) {
	r, ok := m.series[route]
	if !ok {
		r = newReservoir(int64(len(m.series)))
		m.series[route] = r
	}
	r.offer(v)
}

func main() {
	m := &meter{series: map[string]*reservoir{}}
	obs.Run(time.Millisecond, func(i int) {
		for n := 0; n < 20; n++ {
			k := (i*20 + n) % 6000
			m.record(fmt.Sprintf("/users/%d", k), float64(n))
		}
	})
	runtime.KeepAlive(m)
}
