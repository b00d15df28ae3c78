// Type parameters: functions and methods of several instantiations.
package main

type stack[T any] struct{ items []T }

func (s *stack[T]) push(item T) {
	s.items = append(s.items, item) // reason: slice_growth
}

type set[K comparable] map[K]struct{}

func (s set[K]) add(key K) {
	s[key] = struct{}{} // reason: map_growth
}

type node[T any] struct {
	value T
	next  *node[T]
}

//go:noinline
func prepend[T any](list *node[T], value T) *node[T] {
	return &node[T]{value, list} // reason: returned_pointer
}

func apply[A, B any](in []A, f func(A) B) []B {
	out := make([]B, 0, len(in)) // reason: unknown_size
	for _, item := range in {
		out = append(out, f(item))
	}
	return out
}

//go:noinline
func box[T any](value T) any {
	return value // reason: interface_boxing
}

type pair struct{ a, b int }

var (
	ints    stack[int]
	names   stack[string]
	pairs   stack[pair]
	seen    set[string]
	ids     set[int]
	list    *node[string]
	numbers *node[int]
	kept    any
	doubled []int
	pairing []pair
)

func main() {
	seen, ids = make(set[string]), make(set[int], 100) // reason: map_creation
	for i := 0; i < 3000; i++ {
		name := string(rune('a'+i%26)) + string(rune('a'+i/26%26)) + string(rune('a'+i/676%26)) // reason: concatenation string_conversion
		ints.push(i)                                                                            // reason: slice_growth
		names.push(name)                                                                        // reason: slice_growth
		pairs.push(pair{i, i})                                                                  // reason: slice_growth
		seen.add(name)                                                                          // reason: map_growth
		ids.add(i)                                                                              // reason: map_growth
		list = prepend(list, name)                                                              // reason: returned_pointer
		numbers = prepend(numbers, i)                                                           // reason: returned_pointer
		kept = box(pair{i, i})                                                                  // reason: interface_boxing
	}
	for i := 0; i < 10; i++ {
		doubled = apply(ints.items, func(i int) int { return 2 * i })       // reason: unknown_size
		pairing = apply(ints.items, func(i int) pair { return pair{i, i} }) // reason: unknown_size
	}
	writeProfile()
}
