package main

// a slice used as a queue: q = q[1:] with append; and a global slice of pointers never nilled.
import (
	"time"

	"example.com/cases/obs"
)

type msg struct{ body []byte }

var q []*msg
var done int

func push(i int) { q = append(q, &msg{body: make([]byte, 512)}) }

func pop() { done += len(q[0].body); q = q[1:] }

func main() {
	obs.Run(time.Millisecond, func(i int) {
		for j := 0; j < 200; j++ {
			push(i)
			pop()
		}
	})
}
