package main

import (
	"sync"
	"time"

	"example.com/cases/obs"
)

type entry[V any] struct {
	value   V
	expires time.Time
}

type Cache[K comparable, V any] struct {
	mu    sync.Mutex
	items map[K]entry[V]
	ttl   time.Duration
}

func New[K comparable, V any](ttl time.Duration) *Cache[K, V] {
	return &Cache[K, V]{items: make(map[K]entry[V]), ttl: ttl}
}

func (c *Cache[K, V]) Get(k K, load func(K) V) V {
	c.mu.Lock()
	defer c.mu.Unlock()
	e, ok := c.items[k]
	if ok && time.Now().Before(e.expires) {
		return e.value
	}
	v := load(k)
	c.items[k] = entry[V]{value: v, expires: time.Now().Add(c.ttl)}
	return v
}

type session struct {
	user  int
	perms map[string]bool
	state []byte
}

func load(id int) *session {
	return &session{user: id, perms: map[string]bool{"read": true, "write": id%2 == 0}, state: make([]byte, 6000)}
}

var sessions = New[int, *session](time.Second)

func main() {
	obs.Run(2*time.Millisecond, func(i int) {
		for j := 0; j < 4; j++ {
			sessions.Get(i*4+j, load)
		}
		_ = make([]byte, 60<<10+i%5)
	})
}
