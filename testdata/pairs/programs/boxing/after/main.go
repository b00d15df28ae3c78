// Values for a log that is off.
package main

import (
	"strconv"

	"example.com/pairs/load"
)

var (
	level int
	names [64]string
	seen  int
)

//go:noinline
func logf(a, b int) {
	if level > 0 {
		seen += a + b
	}
	last = [2]int{a, b}
}

var last [2]int

func handle(i int) {
	logf(i, i*3+1000)
	names[i%64] = "request " + strconv.Itoa(i)
}

func main() {
	load.Run(12_000_000, handle)
}
