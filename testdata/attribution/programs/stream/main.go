// Lazy sequences over records: filter, map, group, chunk, zip, collect.
package main

import (
	"bufio"
	"cmp"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strconv"
	"strings"
)

type record struct {
	id    int
	city  string
	tags  []string
	score float64
}

func where[T any](seq iter.Seq[T], keep func(T) bool) iter.Seq[T] {
	return func(yield func(T) bool) { // reason: escaping_closure closure_capture
		for item := range seq { // reason: escaping_closure closure_capture
			if keep(item) && !yield(item) {
				return
			}
		}
	}
}

func each[T, U any](seq iter.Seq[T], f func(T) U) iter.Seq[U] {
	return func(yield func(U) bool) { // reason: escaping_closure closure_capture
		for item := range seq {
			if !yield(f(item)) {
				return
			}
		}
	}
}

func chunk[T any](seq iter.Seq[T], n int) iter.Seq[[]T] {
	return func(yield func([]T) bool) {
		part := make([]T, 0, n) // reason: unknown_size
		for item := range seq {
			part = append(part, item)
			if len(part) == n {
				if !yield(part) {
					return
				}
				part = make([]T, 0, n) // reason: unknown_size returned_pointer
			}
		}
		if len(part) > 0 {
			yield(part)
		}
	}
}

func group[K comparable, T any](seq iter.Seq[T], key func(T) K) map[K][]T {
	out := make(map[K][]T) // reason: map_creation
	for item := range seq {
		k := key(item)
		out[k] = append(out[k], item) // reason: slice_growth map_growth
	}
	return out
}

func lines(text string) iter.Seq2[int, string] {
	return func(yield func(int, string) bool) { // reason: escaping_closure closure_capture
		scanner := bufio.NewScanner(strings.NewReader(text)) // reason: buffer_growth interface_boxing returned_pointer
		for n := 1; scanner.Scan(); n++ {                    // reason: buffer_growth
			if !yield(n, scanner.Text()) { // reason: string_conversion
				return
			}
		}
	}
}

func records(text string) iter.Seq[*record] {
	return func(yield func(*record) bool) { // reason: escaping_closure closure_capture
		for n, line := range lines(text) {
			city, rest, _ := strings.Cut(line, ",")
			r := &record{id: n, city: city, tags: strings.Split(rest, " ")} // reason: unknown_callee string_building leaking_callee
			r.score, _ = strconv.ParseFloat(r.tags[0], 64)
			if !yield(r) {
				return
			}
		}
	}
}

func pairs[A, B any](a iter.Seq[A], b iter.Seq[B]) iter.Seq2[A, B] {
	return func(yield func(A, B) bool) {
		next, stop := iter.Pull(b) // reason: library closure_capture escaping_closure goroutine returned_pointer
		defer stop()
		for x := range a {
			y, ok := next()
			if !ok || !yield(x, y) {
				return
			}
		}
	}
}

func mean(all []*record) float64 {
	sum := 0.0
	for _, r := range all {
		sum += r.score
	}
	return sum / float64(len(all))
}

func input(n int) string {
	var b strings.Builder // reason: leaking_callee
	for i := range n {
		b.WriteString("city-")                    // reason: buffer_growth
		b.WriteString(strconv.Itoa(i % 37))       // reason: formatting buffer_growth
		b.WriteByte(',')                          // reason: buffer_growth
		fmt.Fprint(&b, i*i%97, " tag", i%5, "\n") // reason: interface_boxing formatting variadic_slice buffer_growth
	}
	return b.String()
}

func main() {
	text := input(1200)
	good := where(records(text), func(r *record) bool { return r.score > 10 }) // reason: escaping_closure
	cities := group(good, func(r *record) string { return r.city })            // reason: map_growth slice_growth map_creation
	names := slices.Sorted(maps.Keys(cities))                                  // reason: slice_growth escaping_closure
	ids := slices.Collect(each(good, func(r *record) int { return r.id }))     // reason: slice_growth escaping_closure
	for part := range chunk(slices.Values(ids), 100) {                         // reason: unknown_size
		batches = append(batches, slices.Clone(part)) // reason: copy slice_growth
	}
	for name, id := range pairs(slices.Values(names), slices.Values(ids)) { // reason: goroutine escaping_closure closure_capture
		labels = append(labels, name+":"+strconv.Itoa(id)) // reason: slice_growth concatenation formatting
	}
	ranking = slices.SortedFunc(maps.Values(cities), func(a, b []*record) int { // reason: slice_growth escaping_closure
		return cmp.Compare(mean(a), mean(b))
	})
	backwards := make([]string, 0, len(names)) // reason: unknown_size
	for _, name := range slices.Backward(names) {
		backwards = append(backwards, strings.ToUpper(name)) // reason: string_building buffer_growth
	}
	unique := maps.Collect(each2(names))                             // reason: map_growth map_creation
	result = fmt.Sprintf("%v %v %d", backwards, labels, len(unique)) // reason: interface_boxing formatting variadic_slice
	writeProfile()
}

func each2(names []string) iter.Seq2[string, int] {
	return func(yield func(string, int) bool) { // reason: escaping_closure
		for i, name := range names {
			if !yield(strings.TrimPrefix(name, "city-"), i) {
				return
			}
		}
	}
}

var (
	batches [][]int
	labels  []string
	ranking [][]*record
	result  string
)
