package main

import (
	"fmt"
	"sync/atomic"
	"time"

	"example.com/cases/obs"
)

type config struct {
	version int
	routes  map[string]string
}

var current atomic.Pointer[config]

func reload(version int) {
	routes := make(map[string]string, 2000)
	for i := 0; i < 2000; i++ {
		routes[fmt.Sprintf("/v%d/route/%d", version, i)] = "backend"
	}
	current.Store(&config{version: version, routes: routes})
}

type client struct {
	cfg    *config
	frames chan string
}

var clients = map[int]*client{}

// connect serves a client with the configuration of its first hour.
func connect(id int) {
	c := &client{cfg: current.Load(), frames: make(chan string)}
	clients[id] = c
	go c.serve()
}

func (c *client) serve() {
	for f := range c.frames {
		_ = c.cfg.routes[f]
	}
}

func main() {
	reload(0)
	obs.Run(25*time.Millisecond, func(i int) {
		reload(i)
		connect(i % 400)
	})
}
