package main

// fgeller/kt#41, golang/go#29316: time.After in a receive loop.
import (
	"time"

	"example.com/cases/obs"
)

func consume(c <-chan int) int {
	select {
	case v := <-c:
		return v
	case <-time.After(time.Hour):
		return -1
	}
}

func main() {
	c := make(chan int, 1)
	obs.Run(time.Millisecond, func(i int) {
		for j := 0; j < 300; j++ {
			c <- i
			consume(c)
		}
	})
}
