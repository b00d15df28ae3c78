// Iterators: range over functions, with state of their own (Go 1.23).
package main

import (
	"iter"
	"maps"
	"slices"
)

type pair struct {
	key   string
	value int
}

func evens(n int) iter.Seq[int] {
	return func(yield func(int) bool) { // reason: escaping_closure returned_pointer
		for i := 0; i < n; i += 2 {
			if !yield(i) {
				return
			}
		}
	}
}

//go:noinline
func walk(n int, visit func(int) bool) {
	for i := 0; i < n; i++ {
		if !visit(i) {
			return
		}
	}
}

func walked(n int) iter.Seq[int] {
	return func(yield func(int) bool) { walk(n, yield) } // reason: escaping_closure returned_pointer
}

var (
	squares []int
	byName  = map[string]int{} // reason: map_creation
	keys    []string
	pairs   []*pair
	letters = []string{"a", "b", "c", "d", "e"}
)

func main() {
	for round := 0; round < 20; round++ {
		for i := range evens(100) {
			squares = append(squares, i*i) // reason: slice_growth
		}
		for i := range walked(100) { // reason: escaping_closure closure_capture
			name := letters[i%5] + letters[round%5] + letters[i/5%5] // reason: concatenation
			byName[name] = i                                         // reason: map_growth
			pairs = append(pairs, &pair{name, i})                    // reason: slice_growth container_element stored_in_heap
		}
		keys = slices.Sorted(maps.Keys(byName)) // reason: slice_growth escaping_closure returned_pointer closure_capture library
		chunks()
	}
	writeProfile()
}

func chunks() {
	for chunk := range slices.Chunk(squares, 500) {
		copied := slices.Clone(chunk) // reason: copy slice_growth
		keep(copied)
	}
}

var last []int

//go:noinline
func keep(v []int) { last = v }
