// Generic sets, sequences and pipelines.
package main

import (
	"cmp"
	"iter"
	"maps"
	"slices"
	"strings"
)

type set[T comparable] map[T]struct{}

func of[T comparable](items ...T) set[T] {
	s := make(set[T], len(items)) // reason: map_creation
	for _, it := range items {
		s[it] = struct{}{} // reason: map_growth
	}
	return s
}

func (s set[T]) all() iter.Seq[T] { return maps.Keys(s) } // reason: escaping_closure returned_pointer closure_capture

func union[T comparable](sets ...set[T]) set[T] {
	out := set[T]{} // reason: map_creation
	for _, s := range sets {
		for it := range s.all() {
			out[it] = struct{}{} // reason: map_growth
		}
	}
	return out
}

func product[A, B comparable](as set[A], bs set[B]) iter.Seq2[A, B] {
	return func(yield func(A, B) bool) { // reason: escaping_closure returned_pointer closure_capture
		for a := range as {
			for b := range bs {
				if !yield(a, b) {
					return
				}
			}
		}
	}
}

type tree[K cmp.Ordered, V any] struct {
	root *branch[K, V]
	size int
}

type branch[K cmp.Ordered, V any] struct {
	key         K
	value       V
	left, right *branch[K, V]
}

func (t *tree[K, V]) insert(k K, v V) {
	at := &t.root
	for *at != nil {
		switch c := cmp.Compare(k, (*at).key); {
		case c < 0:
			at = &(*at).left
		case c > 0:
			at = &(*at).right
		default:
			(*at).value = v
			return
		}
	}
	*at = &branch[K, V]{key: k, value: v} // reason: stored_in_heap
	t.size++
}

func (t *tree[K, V]) walk() iter.Seq2[K, V] {
	var visit func(*branch[K, V], func(K, V) bool) bool         // reason: closure_capture
	visit = func(b *branch[K, V], yield func(K, V) bool) bool { // reason: escaping_closure closure_capture
		return b == nil || visit(b.left, yield) && yield(b.key, b.value) && visit(b.right, yield)
	}
	return func(yield func(K, V) bool) { visit(t.root, yield) } // reason: escaping_closure returned_pointer closure_capture
}

func apply[T, U any](in []T, f func(T) U) []U {
	out := make([]U, 0, len(in)) // reason: unknown_size
	for _, v := range in {
		out = append(out, f(v))
	}
	return out
}

func only[T any](in []T, keep func(T) bool) []T {
	var out []T
	for _, v := range in {
		if keep(v) {
			out = append(out, v) // reason: slice_growth
		}
	}
	return out
}

func fold[T, A any](in iter.Seq[T], acc A, f func(A, T) A) A {
	for v := range in {
		acc = f(acc, v)
	}
	return acc
}

type optional[T any] struct{ value *T }

func some[T any](v T) optional[T] { return optional[T]{&v} } // reason: returned_pointer

func firstLong(words []string, n int) optional[string] {
	for _, w := range words {
		if len(w) > n {
			return some(w) // reason: returned_pointer container_element
		}
	}
	return optional[string]{}
}

var (
	joined []string
	found  []optional[string]
	index  tree[string, int]
	totals map[int]int
)

func main() {
	words := strings.Split(strings.Repeat("the quick brown fox jumps over a lazy dog ", 40), " ") // reason: string_building
	for round := range 30 {
		vowels := of("a", "over", "apple")                                    // reason: variadic_slice map_creation map_growth
		all := union(of(words...), vowels)                                    // reason: map_creation map_growth variadic_slice escaping_closure closure_capture
		lengths := apply(words, func(w string) int { return len(w) * round }) // reason: unknown_size closure_capture
		long := only(words, func(w string) bool { return len(w) > 3 })        // reason: slice_growth
		sorted := slices.Sorted(all.all())                                    // reason: slice_growth escaping_closure closure_capture
		for w, n := range product(vowels, of(lengths[:5]...)) {               // reason: escaping_closure map_creation map_growth closure_capture
			joined = append(joined, w+strings.Repeat("!", n%5)) // reason: slice_growth concatenation string_building
		}
		for i, w := range sorted {
			index.insert(w+sorted[i/2], i*round) // reason: concatenation stored_in_heap
		}
		found = append(found, firstLong(long, 4)) // reason: slice_growth returned_pointer
		slices.SortStableFunc(long, func(a, b string) int { return cmp.Or(cmp.Compare(len(a), len(b)), strings.Compare(a, b)) })
	}
	totals = map[int]int{}           // reason: map_creation
	for k, v := range index.walk() { // reason: escaping_closure closure_capture
		totals[len(k)*1000+v] += v // reason: map_growth
	}
	sum := fold(maps.Values(totals), 0, func(a, v int) int { return a + v }) // reason: escaping_closure closure_capture
	chunks := slices.Collect(slices.Chunk(joined, 1+sum%7))                  // reason: slice_growth escaping_closure closure_capture
	joined = slices.Concat(chunks...)                                        // reason: slice_growth
	writeProfile()
}
