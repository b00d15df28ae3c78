// A dependency in the vendor folder.
package main

import "example.org/dep/ring"

type sample struct{ a, b, c int64 }

var (
	all   = ring.New() // reason: returned_pointer stored_in_heap map_creation
	clone []any
)

func main() {
	for i := 0; i < 800; i++ {
		all.Add(name(i), sample{int64(i), 2, 3}) // reason: interface_boxing map_growth slice_growth library
	}
	for i := 0; i < 20; i++ {
		clone = all.Clone() // reason: unknown_size library
	}
	writeProfile()
}

//go:noinline
func name(i int) string {
	return "sample-" + string(rune('a'+i%26)) + string(rune('a'+i/26%26)) // reason: concatenation string_conversion
}
