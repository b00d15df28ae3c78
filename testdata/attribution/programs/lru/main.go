// A generic cache with eviction, three levels of inlined helpers above it.
package main

import (
	"container/list"
	"fmt"
	"hash/fnv"
	"strings"
)

type entry[K comparable, V any] struct {
	key   K
	value V
	cost  int
}

type cache[K comparable, V any] struct {
	limit   int
	used    int
	order   *list.List
	entries map[K]*list.Element
	onEvict []func(K, V)
}

func newCache[K comparable, V any](limit int) *cache[K, V] {
	return &cache[K, V]{limit: limit, order: list.New(), entries: map[K]*list.Element{}} // reason: returned_pointer map_creation stored_in_heap
}

func (c *cache[K, V]) get(k K) (V, bool) {
	if el, ok := c.entries[k]; ok {
		c.order.MoveToFront(el)
		return el.Value.(*entry[K, V]).value, true
	}
	var zero V
	return zero, false
}

func (c *cache[K, V]) put(k K, v V, cost int) {
	if el, ok := c.entries[k]; ok {
		el.Value.(*entry[K, V]).value = v
		return
	}
	e := &entry[K, V]{k, v, cost}       // reason: interface_boxing stored_in_heap
	c.entries[k] = c.order.PushFront(e) // reason: map_growth stored_in_heap returned_pointer leaking_callee container_element
	c.used += cost
	for c.used > c.limit {
		c.evict()
	}
}

func (c *cache[K, V]) evict() {
	el := c.order.Back()
	e := el.Value.(*entry[K, V])
	c.order.Remove(el)
	delete(c.entries, e.key)
	c.used -= e.cost
	for _, f := range c.onEvict {
		f(e.key, e.value)
	}
}

type point struct{ x, y int }

type tile struct {
	at     point
	pixels []uint16
	label  *string
}

func pair(a, b int) *point    { return &point{a, b} }                // reason: returned_pointer container_element
func middle(n int) *point     { return pair(n/2, n%2) }              // reason: returned_pointer
func centre(n int) *point     { return middle(n + 1) }               // reason: returned_pointer
func ref[T any](v T) *T       { return &v }                          // reason: returned_pointer
func label(n int) *string     { return ref(fmt.Sprint("tile ", n)) } // reason: returned_pointer formatting interface_boxing variadic_slice
func pixels(n int) []uint16   { return make([]uint16, n) }           // reason: unknown_size
func blank(side int) []uint16 { return pixels(side * side) }         // reason: unknown_size

func render(p point) *tile {
	t := &tile{at: p, pixels: blank(8 + p.x%3), label: label(p.x * p.y)} // reason: returned_pointer unknown_size formatting interface_boxing variadic_slice
	for i := range t.pixels {
		t.pixels[i] = uint16(i * p.y)
	}
	return t
}

func fingerprint(s string) string {
	h := fnv.New64a()                      // reason: returned_pointer interface_boxing
	h.Write([]byte(s))                     // reason: string_conversion
	return fmt.Sprintf("%016x", h.Sum64()) // reason: formatting interface_boxing variadic_slice
}

type memo[A comparable, R any] func(A) R

func memoize[A comparable, R any](f func(A) R, limit int) memo[A, R] {
	c := newCache[A, R](limit) // reason: returned_pointer map_creation stored_in_heap closure_capture
	return func(a A) R {       // reason: escaping_closure returned_pointer closure_capture
		if r, ok := c.get(a); ok {
			return r
		}
		r := f(a)
		c.put(a, r, 1) // reason: map_growth interface_boxing stored_in_heap
		return r
	}
}

var (
	evicted  []string
	centres  [64]*point
	longest  string
	lastTile *tile
)

func main() {
	tiles := newCache[point, *tile](300)                           // reason: returned_pointer map_creation stored_in_heap
	tiles.onEvict = append(tiles.onEvict, func(p point, t *tile) { // reason: slice_growth escaping_closure
		evicted = append(evicted, *t.label) // reason: slice_growth
	})
	for i := 0; i < 2000; i++ {
		p := point{i % 97, i % 13}
		t, ok := tiles.get(p)
		if !ok {
			t = render(p)
			tiles.put(p, t, 1)
		}
		lastTile = t
		centres[i%64] = centre(i) // reason: returned_pointer
	}
	prints := memoize(fingerprint, 50)                                     // reason: escaping_closure closure_capture returned_pointer map_creation
	names := strings.Fields(strings.Repeat("alpha beta gamma delta ", 60)) // reason: string_building
	for i, n := range names {
		if p := prints(n + names[i/2]); len(p) > len(longest) { // reason: concatenation
			longest = p
		}
	}
	writeProfile()
}
