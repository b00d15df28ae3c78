// Workers that come with the load and go when they have nothing to do.
package main

import (
	"crypto/sha256"
	"math"
	"sync/atomic"
	"time"

	"example.com/cases/obs"
)

type pool struct {
	jobs    chan []byte
	running atomic.Int64
	done    atomic.Int64
}

func (p *pool) submit(job []byte) {
	select {
	case p.jobs <- job:
	default:
		p.running.Add(1)
		go p.work(job)
	}
}

func (p *pool) work(job []byte) {
	defer p.running.Add(-1)
	scratch := make([]byte, 64<<10)
	for {
		copy(scratch, job)
		sha256.Sum256(scratch[:4096])
		time.Sleep(20 * time.Millisecond)
		p.done.Add(1)
		select {
		case job = <-p.jobs:
		case <-time.After(500 * time.Millisecond):
			return
		}
	}
}

func main() {
	p := &pool{jobs: make(chan []byte)}
	obs.Run(2*time.Millisecond, func(n int) {
		load := 10 + int(20*(1-math.Cos(float64(n)/400)))
		for range load / 4 {
			p.submit(make([]byte, 512))
		}
	})
}
