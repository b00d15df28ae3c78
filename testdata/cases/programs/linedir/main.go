package main

import (
	"time"

	"example.com/cases/obs"
)

var keep []*tok

func main() {
	obs.Run(time.Millisecond, func(i int) {
		keep = keep[:0]
		for j := 0; j < 100; j++ {
			keep = append(keep, lex(j))
		}
	})
}
