package main

import (
	"strings"
	"time"

	"example.com/cases/obs"
)

var cache []string

func report(rows int) int {
	var all []string
	for i := 0; i < rows; i++ {
		all = append(all, strings.Repeat("r", 200))
	}
	return len(strings.Join(all, "\n"))
}

var n int

func main() {
	for i := 0; i < 20000; i++ {
		cache = append(cache, strings.Repeat("c", 500))
	}
	obs.Run(5*time.Millisecond, func(i int) {
		n += report(100)
		if i%300 == 299 {
			n += report(400000)
		}
	})
}
