// Package bench is a cache with expiry, and a router: measured by its tests.
package bench

import (
	"container/list"
	"encoding/json"
	"fmt"
	"strings"
)

// Cache drops what was used least recently.
type Cache[K comparable, V any] struct {
	size  int
	order *list.List
	items map[K]*list.Element
}

type entry[K comparable, V any] struct {
	key   K
	value V
}

// New makes a cache of so many items.
func New[K comparable, V any](size int) *Cache[K, V] {
	return &Cache[K, V]{size: size, order: list.New(), items: make(map[K]*list.Element)} // reason: returned_pointer map_creation stored_in_heap library
}

// Put adds an item.
func (c *Cache[K, V]) Put(key K, value V) {
	if found, ok := c.items[key]; ok {
		found.Value = &entry[K, V]{key, value} // reason: interface_boxing stored_in_heap
		c.order.MoveToFront(found)
		return
	}
	c.items[key] = c.order.PushFront(&entry[K, V]{key, value}) // reason: interface_boxing stored_in_heap map_growth leaking_callee library
	if c.order.Len() > c.size {
		last := c.order.Back()
		delete(c.items, c.order.Remove(last).(*entry[K, V]).key)
	}
}

// Get finds an item.
func (c *Cache[K, V]) Get(key K) (value V, ok bool) {
	found, ok := c.items[key]
	if ok {
		c.order.MoveToFront(found)
		value = found.Value.(*entry[K, V]).value
	}
	return value, ok
}

type node struct {
	children map[string]*node
	handler  func(params map[string]string) any
	param    string
}

// Router finds handlers by path.
type Router struct{ root *node }

// Add adds a route.
func (r *Router) Add(path string, handler func(map[string]string) any) {
	if r.root == nil {
		r.root = &node{} // reason: stored_in_heap
	}
	at := r.root
	for _, part := range strings.Split(path, "/") { // reason: string_building
		name := part
		if strings.HasPrefix(part, ":") {
			name = ":"
		}
		if at.children == nil {
			at.children = map[string]*node{} // reason: map_creation
		}
		next := at.children[name]
		if next == nil {
			next = &node{param: strings.TrimPrefix(part, ":")} // reason: container_element stored_in_heap
			at.children[name] = next                           // reason: map_growth
		}
		at = next
	}
	at.handler = handler
}

// Serve answers a path.
func (r *Router) Serve(path string) ([]byte, error) {
	params := make(map[string]string) // reason: map_creation
	at := r.root
	for _, part := range strings.Split(path, "/") { // reason: string_building
		next := at.children[part]
		if next == nil {
			if next = at.children[":"]; next == nil {
				return nil, fmt.Errorf("no route %s at %q", path, part) // reason: error_value interface_boxing variadic_slice
			}
			params[next.param] = part // reason: map_growth
		}
		at = next
	}
	if at.handler == nil {
		return nil, fmt.Errorf("nothing at %s", path) // reason: error_value interface_boxing
	}
	return json.Marshal(at.handler(params)) // reason: encoding
}
