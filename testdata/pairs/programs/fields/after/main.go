// Records are structs, beside a large live heap.
package main

import (
	"strconv"

	"example.com/pairs/load"
)

type record struct{ id, city, state, owner string }

var (
	recent  [64]record
	ballast = make([][]byte, 0, 4096)
)

func handle(i int) {
	if i < 4096 {
		ballast = append(ballast, make([]byte, 16<<10))
	}
	r := record{"", "here", "open", "nobody"}
	r.id = strconv.Itoa(i)
	recent[i%64] = r
	if i%10 == 0 {
		ballast[i/10%len(ballast)] = make([]byte, 16<<10)
	}
}

func main() {
	load.Run(1_500_000, handle)
}
