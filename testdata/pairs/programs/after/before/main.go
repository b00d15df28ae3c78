// A wait with a time limit.
package main

import (
	"time"

	"example.com/pairs/load"
)

var (
	ready = make(chan int, 1)
	kept  [64]*[20]int
	limit = time.Hour
)

func handle(i int) {
	ready <- i

	select {
	case k := <-ready:
		kept[k%64] = new([20]int)
	case <-time.After(limit): // fixed
		panic("late")
	}
}

func main() {
	load.Run(6_000_000, handle)
}
