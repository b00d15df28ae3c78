// Requests that wait until the configuration is there.
package main

import (
	"sync"
	"time"

	"example.com/cases/obs"
)

type config struct {
	mu    sync.Mutex
	cond  *sync.Cond
	ready bool
}

func newConfig() *config {
	c := &config{}
	c.cond = sync.NewCond(&c.mu)
	return c
}

func (c *config) wait() {
	c.mu.Lock()
	for !c.ready {
		c.cond.Wait()
	}
	c.mu.Unlock()
}

func (c *config) load() {
	c.mu.Lock()
	c.ready = true
	c.mu.Unlock()
	c.cond.Signal()
	c.mu.Lock()
	c.ready = false
	c.mu.Unlock()
}

func handle(c *config, body []byte) {
	c.wait()
	_ = body[0]
}

func main() {
	c := newConfig()
	obs.Run(2*time.Millisecond, func(n int) {
		go handle(c, make([]byte, 4096))
		if n%100 == 0 {
			c.load()
		}
	})
}
