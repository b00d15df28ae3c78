// Messages are handled by eight workers at once.
package main

import (
	"bytes"
	"sync/atomic"
	"time"

	"example.com/cases/obs"
)

type message struct {
	id   int
	body []byte
}

var (
	slots = make(chan struct{}, 8)
	done  atomic.Int64
)

func onMessage(m message) {
	go func() {
		slots <- struct{}{}
		defer func() { <-slots }()
		index(m)
	}()
}

func index(m message) {
	time.Sleep(40 * time.Millisecond) // the database
	done.Add(int64(len(bytes.TrimSpace(m.body))))
}

func main() {
	obs.Run(time.Millisecond, func(i int) {
		onMessage(message{i, bytes.Repeat([]byte{'m'}, 4<<10)})
	})
}
