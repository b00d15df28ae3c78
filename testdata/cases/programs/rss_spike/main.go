package main

// golang/go#39779: RSS stays at the peak after a burst; heap in use is small.
import (
	"time"

	"example.com/cases/obs"
)

var hold [][]byte

func burst() {
	for i := 0; i < 400; i++ {
		b := make([]byte, 1<<20)
		for j := 0; j < len(b); j += 4096 {
			b[j] = 1
		}
		hold = append(hold, b)
	}
}

var sink []byte

func main() {
	burst()
	hold = nil
	obs.Run(2*time.Millisecond, func(i int) { sink = make([]byte, 64<<10) })
}
