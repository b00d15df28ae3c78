// Rows of a known number.
package main

import (
	"strconv"

	"example.com/pairs/load"
)

type row struct{ a, b, c int }

var (
	kept  [8][]row
	names [64]string
)

func handle(i int) {
	kept[i%8] = rows(200)
	for k := 0; k < 100; k++ {
		names[k%64] = "row " + strconv.Itoa(i+k)
	}
}

//go:noinline
func rows(n int) []row {
	out := make([]row, 0, n)
	for i := 0; i < n; i++ {
		out = append(out, row{i, i, i})
	}
	return out
}

func main() {
	load.Run(100_000, handle)
}
