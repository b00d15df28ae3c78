package main

import (
	"sync"
	"time"

	"example.com/cases/obs"
)

type client struct {
	id   int
	send chan [64]byte
	done chan struct{}
}

type hub struct {
	mu      sync.Mutex
	clients map[*client]bool
}

func (h *hub) join(id int) *client {
	c := &client{id: id, send: make(chan [64]byte, 256), done: make(chan struct{})}
	h.mu.Lock()
	h.clients[c] = true
	h.mu.Unlock()
	go c.write()
	return c
}

func (c *client) write() {
	for {
		select {
		case <-c.send:
		case <-c.done:
			return
		}
	}
}

// leave ends the client's goroutine.
func (h *hub) leave(c *client) { close(c.done) }

var h = &hub{clients: map[*client]bool{}}

func main() {
	obs.Run(3*time.Millisecond, func(i int) {
		h.leave(h.join(i))
	})
}
