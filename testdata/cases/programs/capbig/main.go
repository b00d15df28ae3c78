// Each page of search results has room for all that could be found.
package main

import (
	"time"

	"example.com/cases/obs"
)

type hit struct {
	id    int
	score float64
	text  string
}

var index = map[string][]int{"go": {1, 2, 3}, "rust": {4, 5}}

const mostHits = 10000

func search(word string) []hit {
	hits := make([]hit, 0, mostHits)
	for _, id := range index[word] {
		hits = append(hits, hit{id, 1, word})
	}
	return hits
}

func main() {
	n := 0
	obs.Run(500*time.Microsecond, func(i int) {
		n += len(search("go")) + len(search("rust"))
	})
	println(n)
}
