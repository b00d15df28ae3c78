package main

// kind: sync.Map and LoadOrStore as a cache without a bound; keys are unique.
import (
	"strconv"
	"sync"
	"time"

	"example.com/cases/obs"
)

var seen sync.Map

type mark struct{ at [8]int64 }

func note(n int) {
	seen.LoadOrStore("id-"+strconv.Itoa(n), &mark{})
}

func main() {
	n := 0
	obs.Run(time.Millisecond, func(i int) {
		for j := 0; j < 60; j++ {
			note(n)
			n++
		}
	})
}
