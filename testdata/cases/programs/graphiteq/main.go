// Graphiteq queues metrics for a host that is down: nothing leaves the queue.
package main

import (
	"errors"
	"fmt"
	"sync"
	"time"

	"example.com/cases/obs"
)

type metric struct {
	name  string
	value float64
	at    time.Time
}

type graphite struct {
	mu      sync.Mutex
	pending []metric
	host    string
}

func (g *graphite) AddMetrics(batch []metric) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.pending = append(g.pending, batch...)
}

func (g *graphite) dial() error { return errors.New("connection refused: " + g.host) }

func (g *graphite) Flush() error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if err := g.dial(); err != nil {
		return err
	}
	g.pending = g.pending[:0]
	return nil
}

type server struct {
	id   int
	vars []string
}

func (s *server) metrics() []metric {
	batch := make([]metric, 0, len(s.vars))
	for i, v := range s.vars {
		batch = append(batch, metric{name: fmt.Sprintf("mysql.server%d.status.%s", s.id, v), value: float64(i), at: time.Now()})
	}
	return batch
}

func main() {
	g := &graphite{host: "10.0.0.7:2003"}
	var servers []*server
	for i := range 4 {
		s := &server{id: i}
		for j := range 150 {
			s.vars = append(s.vars, fmt.Sprintf("innodb_variable_%d", j))
		}
		servers = append(servers, s)
	}
	failed := 0
	obs.Run(10*time.Millisecond, func(i int) {
		for _, s := range servers {
			g.AddMetrics(s.metrics())
		}
		if g.Flush() != nil {
			failed++
		}
	})
	println(failed, len(g.pending))
}
