// A generic LRU cache, sharded counters, events and options.
package main

import (
	"container/list"
	"encoding/hex"
	"sync"
)

type lru[K comparable, V any] struct {
	mutex sync.Mutex
	order *list.List
	items map[K]*list.Element
	onOut []func(K, V)
	limit int
}

type item[K comparable, V any] struct {
	key   K
	value V
}

type option func(*config)

type config struct {
	limit int
	hooks int
}

func withLimit(n int) option {
	return func(c *config) { c.limit = n } // reason: escaping_closure returned_pointer
}

func newLRU[K comparable, V any](options ...option) *lru[K, V] {
	c := config{} // reason: unknown_callee other
	for _, apply := range options {
		apply(&c)
	}
	return &lru[K, V]{order: list.New(), items: make(map[K]*list.Element), limit: c.limit} // reason: returned_pointer map_creation stored_in_heap
}

func (c *lru[K, V]) put(key K, value V) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.items[key] = c.order.PushFront(&item[K, V]{key, value}) // reason: map_growth leaking_callee interface_boxing stored_in_heap library
	if c.order.Len() > c.limit {
		last := c.order.Back()
		old := c.order.Remove(last).(*item[K, V])
		delete(c.items, old.key)
		for _, f := range c.onOut {
			f(old.key, old.value)
		}
	}
}

type event struct {
	id      [16]byte
	payload []byte
}

type shard struct {
	counts map[uint64]uint32
	events []event
	recent [8]*event
}

var (
	texts  = newLRU[string, []byte](withLimit(100)) // reason: returned_pointer map_creation stored_in_heap escaping_closure unknown_callee other
	shards [4]shard
	evicts []string
	feed   = make(chan event, 4) // reason: channel
	closed chan struct{}
)

func main() {
	texts.onOut = append(texts.onOut, func(key string, value []byte) { evicts = append(evicts, key) }) // reason: slice_growth escaping_closure
	closed = make(chan struct{})                                                                       // reason: channel
	go drain()
	for i := uint64(0); i < 2000; i++ {
		e := event{payload: body(int(i%64) + 1)}
		e.id[0], e.id[1] = byte(i), byte(i>>8)
		s := &shards[i%4]
		if s.counts == nil {
			s.counts = make(map[uint64]uint32) // reason: map_creation
		}
		s.counts[i*i] += uint32(i)                         // reason: map_growth
		s.events = append(s.events, e)                     // reason: slice_growth
		s.recent[i%8] = &event{payload: e.payload}         // reason: stored_in_heap container_element
		texts.put(hex.EncodeToString(e.id[:4]), e.payload) // reason: encoding string_conversion
		feed <- e // reason: channel
	}
	close(feed)
	<-closed
	writeProfile()
}

//go:noinline
func body(n int) []byte {
	b := make([]byte, 0, n*2) // reason: unknown_size
	for i := 0; i < n; i++ {
		b = append(b, byte(i))
	}
	return b
}

func drain() {
	total := map[byte]int{} // reason: map_creation
	for e := range feed {   // reason: channel
		total[e.id[0]]++ // reason: map_growth
	}
	close(closed)
}
