package main

// A live heap just below GOMEMLIMIT.
import (
	"example.com/cases/obs"
	"time"
)

type rec struct {
	id   int
	next *rec
	pad  [100]byte
}

var keep []*rec
var sink []byte

func main() {
	for i := range 480000 {
		keep = append(keep, &rec{id: i})
	}
	obs.Run(50*time.Microsecond, func(i int) { sink = make([]byte, 8<<10); keep[i%len(keep)] = &rec{id: i} })
}
