// Cancel functions are kept by the job's name, so that an operator can stop it; jobs that end stay in the map.
package main

import (
	"context"
	"fmt"
	"sync"
	"time"

	"example.com/cases/obs"
)

type job struct {
	name  string
	input [512]byte
}

type manager struct {
	mu      sync.Mutex
	running map[string]context.CancelFunc
}

type jobKey struct{}

func (m *manager) start(name string) {
	j := &job{name: name}
	ctx, cancel := context.WithCancel(context.WithValue(context.Background(), jobKey{}, j))
	m.mu.Lock()
	m.running[name] = cancel
	m.mu.Unlock()
	go m.run(ctx)
}

func (m *manager) run(ctx context.Context) int {
	j := ctx.Value(jobKey{}).(*job)
	return len(j.input)
}

func (m *manager) stop(name string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if cancel, ok := m.running[name]; ok {
		cancel()
		delete(m.running, name)
	}
}

func main() {
	m := &manager{running: map[string]context.CancelFunc{}}
	n := 0
	obs.Run(time.Millisecond, func(int) {
		for j := 0; j < 10; j++ {
			m.start(fmt.Sprintf("job-%d", n))
			n++
		}
		if n%1000 == 0 {
			m.stop(fmt.Sprintf("job-%d", n-1))
		}
	})
}
