package main

// HeapInuse far above HeapAlloc: one object in 40 survives in each span.
import (
	"time"

	"example.com/cases/obs"
)

var keep []*[128]byte
var sink []byte

func fill() {
	all := make([]*[128]byte, 0, 2_000_000)
	for i := 0; i < cap(all); i++ {
		all = append(all, new([128]byte))
	}
	for i := 0; i < len(all); i += 40 {
		keep = append(keep, all[i])
	}
}

func main() {
	fill()
	obs.Run(time.Millisecond, func(i int) {
		for j := 0; j < 10; j++ {
			sink = make([]byte, 24<<10)
		}
	})
}
