package main

// goroutines that once went deep keep large stacks.
import (
	"time"

	"example.com/cases/obs"
)

//go:noinline
func deep(n int) int {
	var b [512]byte
	if n == 0 {
		return int(b[3])
	}
	b[0] = byte(n)
	return deep(n-1) + int(b[0])
}

func worker(c chan int) {
	for n := range c {
		deep(n)
	}
}

var sink []byte

func main() {
	c := make(chan int)
	for i := 0; i < 400; i++ {
		go worker(c)
	}
	obs.Run(time.Millisecond, func(i int) {
		for j := 0; j < 20; j++ {
			c <- 400
		}
		sink = make([]byte, 16<<10)
	})
}
