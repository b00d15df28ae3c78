package main

import (
	"time"

	"example.com/cases/obs"
)

type event struct {
	id   int
	body []byte
}

var queue = make(chan *event, 1<<20)

func produce(i int) {
	queue <- &event{id: i, body: make([]byte, 3000)}
}

func consume() {
	for e := range queue {
		time.Sleep(5 * time.Millisecond)
		_ = e
	}
}

func main() {
	go consume()
	obs.Run(2*time.Millisecond, func(i int) {
		for j := 0; j < 12; j++ {
			produce(i)
		}
	})
}
