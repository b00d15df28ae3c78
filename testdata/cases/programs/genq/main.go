package main

// golang/go#79592: a stack buffer is passed to a generic function of another package.
import (
	"time"

	"example.com/cases/genq/q"
	"example.com/cases/obs"
)

var out int

//go:noinline
func format(n int64) int {
	var buf [96]byte
	return len(q.Append(buf[:0], n))
}

func main() {
	obs.Run(0, func(i int) {
		for j := 0; j < 1000; j++ {
			out += format(int64(j))
		}
		time.Sleep(time.Millisecond)
	})
}
