package testbin

import "testing"

var (
	kept []*Pair
	seen = map[string]int{} // reason: map_creation
)

func TestParse(t *testing.T) {
	for i := 0; i < 2000; i++ {
		kept = Parse("a=1;b=2;c=3;d=4;e")
		count(t, kept, i)
	}
}

func count(t *testing.T, pairs []*Pair, i int) {
	t.Helper() // reason: testing library slice_growth map_growth
	for _, pair := range pairs {
		seen[pair.Name+string(rune('a'+i%20))]++ // reason: map_growth concatenation string_conversion
	}
	if len(pairs) != 5 {
		t.Fatal(len(pairs))
	}
}
