// A map by two numbers.
package main

import (
	"strconv"

	"example.com/pairs/load"
)

var (
	counts = map[[2]int]int{}
	names  [64]string
)

func handle(i int) {
	counts[[2]int{i % 500, i % 7}]++
	names[i%64] = "user number " + strconv.Itoa(i)
}

func main() {
	load.Run(6_000_000, handle)
}
