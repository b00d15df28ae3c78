// Package lib is a module of its own.
package lib

// Tokens cuts a text at spaces.
//
//go:noinline
func Tokens(text string) []string {
	var tokens []string
	begin := 0
	for i := 0; i <= len(text); i++ {
		if i == len(text) || text[i] == ' ' {
			tokens = append(tokens, text[begin:i]) // reason: slice_growth
			begin = i + 1
		}
	}
	return tokens
}

// Index is where words are.
type Index struct{ at map[string][]int }

// NewIndex returns an empty index.
func NewIndex() *Index { return &Index{at: map[string][]int{}} } // reason: returned_pointer map_creation

// Add notes a word.
//
//go:noinline
func (x *Index) Add(word string, at int) {
	old := x.at[word]
	old = append(old, at) // reason: slice_growth
	x.at[word] = old      // reason: map_growth
}
