// Two modules, joined by a replace directive.
package main

import "example.net/lib"

var index = lib.NewIndex() // reason: returned_pointer map_creation

func main() {
	for i := 0; i < 500; i++ {
		for at, word := range lib.Tokens("the quick brown fox " + suffix(i)) { // reason: concatenation slice_growth
			index.Add(word, at) // reason: slice_growth map_growth
		}
	}
	writeProfile()
}

//go:noinline
func suffix(i int) string {
	letters := make([]byte, 3) // reason: string_conversion
	for at := range letters {
		letters[at] = byte('a' + i%26)
		i /= 26
	}
	return string(letters) // reason: string_conversion
}
