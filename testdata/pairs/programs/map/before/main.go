// Maps of a known size.
package main

import (
	"example.com/pairs/load"
)

var kept [8]map[int]int

func handle(i int) {
	kept[i%8] = index(i, 300)
	history[i%64] = make([]int, 256)
}

//go:noinline
func index(from, n int) map[int]int {
	m := make(map[int]int)
	for i := 0; i < n; i++ {
		m[from+i] = i // fixed
	}
	return m
}

var history [64][]int

func main() {
	load.Run(60_000, handle)
}
