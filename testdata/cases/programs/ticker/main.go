package main

// Juniper/contrail-operator#372: NewTicker in a loop, never stopped, read by a goroutine.
import (
	"time"

	"example.com/cases/obs"
)

type watcher struct {
	t   *time.Ticker
	buf []byte
}

func (w *watcher) loop() {
	for range w.t.C {
		w.buf[0]++
	}
}

func start() {
	w := &watcher{t: time.NewTicker(time.Hour), buf: make([]byte, 2048)}
	go w.loop()
}

func main() { obs.Run(time.Millisecond, func(i int) { start() }) }
