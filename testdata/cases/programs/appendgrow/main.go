package main

// append from nil in a loop, without a capacity; slices.Collect, maps.Keys.
import (
	"maps"
	"slices"
	"time"

	"example.com/cases/obs"
)

type row struct {
	id   int
	name string
	v    [4]float64
}

var m = map[string]int{}
var total int

func rows(n int) []row {
	var out []row
	for i := 0; i < n; i++ {
		out = append(out, row{id: i})
	}
	return out
}

func keys() []string { return slices.Collect(maps.Keys(m)) }

func sorted() []string { return slices.Sorted(maps.Keys(m)) }

func main() {
	for i := 0; i < 3000; i++ {
		m[string(rune('a'+i%26))+string(rune('a'+i/26%26))+string(rune('a'+i/676))] = i
	}
	obs.Run(2*time.Millisecond, func(i int) { total += len(rows(5000)) + len(keys()) + len(sorted()) })
}
