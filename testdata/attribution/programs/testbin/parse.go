// Package testbin is measured by its own test.
package testbin

// Pair is a name and a value.
type Pair struct{ Name, Value string }

// Parse reads pairs.
func Parse(text string) []*Pair {
	var pairs []*Pair
	for begin := 0; begin < len(text); {
		end := begin
		for end < len(text) && text[end] != ';' {
			end++
		}
		pairs = append(pairs, pair(text[begin:end])) // reason: slice_growth
		begin = end + 1
	}
	return pairs
}

//go:noinline
func pair(text string) *Pair {
	for i := range text {
		if text[i] == '=' {
			return &Pair{text[:i], text[i+1:]} // reason: returned_pointer
		}
	}
	return &Pair{Name: text} // reason: returned_pointer
}
