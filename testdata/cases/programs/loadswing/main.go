package main

import (
	"math/rand/v2"
	"time"

	"example.com/cases/obs"
)

type session struct {
	id   uint64
	data []byte
}

// Sessions come and go with the load of a day: 2 s up, 2 s down.
var live = map[uint64]*session{}

func main() {
	start := time.Now()
	obs.Run(time.Millisecond, func(i int) {
		phase := time.Since(start).Seconds()
		want := 4000
		if int(phase/2)%2 == 0 {
			want = 9000
		}
		for range 20 {
			if len(live) < want {
				s := &session{id: rand.Uint64(), data: make([]byte, 8<<10)}
				live[s.id] = s
			} else {
				for id := range live {
					delete(live, id)
					break
				}
			}
		}
	})
}
