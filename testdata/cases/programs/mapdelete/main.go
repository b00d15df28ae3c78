package main

// golang/go#20135: a map never shrinks after delete.
import (
	"time"

	"example.com/cases/obs"
)

type rec struct{ b [100]byte }

var m = map[int]rec{}

func load() {
	for i := 0; i < 600000; i++ {
		m[i] = rec{}
	}
}
func clearAll() {
	for k := range m {
		delete(m, k)
	}
}

var sink *rec

func main() {
	load()
	clearAll()
	obs.Run(time.Millisecond, func(i int) {
		for j := 0; j < 200; j++ {
			sink = &rec{}
		}
	})
}
