// What was seen lately, in two generations of a map: the older one is dropped every three seconds.
package main

import (
	"fmt"
	"time"

	"example.com/cases/obs"
)

type recent struct {
	young, old map[string][]byte
	turned     time.Time
}

func (r *recent) put(key string, value []byte) {
	if time.Since(r.turned) > 3*time.Second {
		r.young, r.old, r.turned = map[string][]byte{}, r.young, time.Now()
	}
	r.young[key] = value
}

func (r *recent) seen(key string) bool {
	_, young := r.young[key]
	_, old := r.old[key]
	return young || old
}

var (
	messages = &recent{young: map[string][]byte{}, turned: time.Now()}
	repeated int
)

func main() {
	n := 0
	obs.Run(time.Millisecond, func(int) {
		for range 20 {
			n++
			messages.put(fmt.Sprintf("message-%09d", n), make([]byte, 300))
			if messages.seen(fmt.Sprintf("message-%09d", n-50)) {
				repeated++
			}
		}
	})
}
