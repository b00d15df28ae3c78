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
func logf(values ...any) {
	if level > 0 {
		seen += len(values)
	}
	last = values
}

var last []any

func handle(i int) {
	logf(i, i*3+1000) // fixed
	names[i%64] = "request " + strconv.Itoa(i)
}

func main() {
	load.Run(12_000_000, handle)
}
