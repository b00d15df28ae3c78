package main

import (
	"time"

	"example.com/cases/obs"
)

type point struct {
	at  time.Time
	val float64
	tag string
}

var ring [200000]*point

func main() {
	i := 0
	obs.Run(time.Millisecond, func(int) {
		for j := 0; j < 400; j++ {
			ring[i%len(ring)] = &point{at: time.Now(), val: float64(i), tag: "t"}
			i++
		}
	})
}
