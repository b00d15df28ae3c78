// A callback that captures.
package main

import (
	"example.com/pairs/load"
)

type event struct {
	id   int
	data [3]int
}

var (
	sum  int
	kept [64]*event
)

//go:noinline
func each(f func(int)) {
	for k := 0; k < 3; k++ {
		f(k)
	}
}

var hook func(int)

func handle(i int) {
	hook = func(k int) { sum += i + k } // fixed
	each(hook)
	if i%3 == 0 {
		kept[i%64] = &event{id: i}
	}
}

func main() {
	load.Run(15_000_000, handle)
	kept[0].id = sum
}
