// A cache of shards: what is set is put into an item of the shard's map.
package main

import (
	"sync"
	"time"

	"example.com/cases/obs"
)

type item struct {
	value []byte
}

type shard struct {
	mu    sync.Mutex
	items map[uint32]*item
}

type cache struct {
	shards [16]*shard
}

func newCache() *cache {
	c := &cache{}
	for i := range c.shards {
		c.shards[i] = &shard{items: map[uint32]*item{}}
	}
	return c
}

func (c *cache) set(key uint32, value []byte) {
	s := c.shards[key%16]
	s.mu.Lock()
	defer s.mu.Unlock()
	s.items[key] = &item{value: value}
}

func render(key uint32) []byte {
	page := make([]byte, 12_000)
	page[key%12_000] = 1
	return page
}

func main() {
	c := newCache()
	key := uint32(0)
	obs.Run(2*time.Millisecond, func(int) {
		key++
		c.set(key, render(key))
	})
}
