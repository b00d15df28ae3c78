package main

import (
	"sync"
	"time"

	"example.com/cases/obs"
)

type client struct {
	mu   sync.RWMutex
	conf map[string]string
}

var shared = &client{conf: map[string]string{}}

func (c *client) reload() {
	c.mu.Lock()
	defer c.mu.Unlock()
	select {}
}

func (c *client) get(k string) string {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.conf[k]
}

func main() {
	go shared.reload()
	time.Sleep(100 * time.Millisecond)
	obs.Run(4*time.Millisecond, func(int) { go shared.get("a") })
}
