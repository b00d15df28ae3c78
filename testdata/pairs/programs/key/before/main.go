// A map by two numbers.
package main

import (
	"fmt"
	"strconv"

	"example.com/pairs/load"
)

var (
	counts = map[string]int{}
	names  [64]string
)

func handle(i int) {
	counts[fmt.Sprintf("%d/%d", i%500, i%7)]++ // fixed
	names[i%64] = "user number " + strconv.Itoa(i)
}

func main() {
	load.Run(6_000_000, handle)
}
