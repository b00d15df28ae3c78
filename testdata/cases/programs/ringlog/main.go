package main

// the last 20,000 events in a ring: full after three seconds, no leak.
import (
	"fmt"
	"time"

	"example.com/cases/obs"
)

type event struct {
	text string
	body []byte
}

type ring struct {
	events [20000]*event
	next   int
}

func (r *ring) add(e *event) {
	r.events[r.next%len(r.events)] = e
	r.next++
}

func main() {
	r := &ring{}
	n := 0
	obs.Run(time.Millisecond, func(i int) {
		for j := 0; j < 8; j++ {
			n++
			r.add(&event{text: fmt.Sprintf("event %d", n), body: make([]byte, 1500)})
		}
	})
	_ = r
}
