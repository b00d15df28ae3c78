package main

import (
	"sync"
	"time"

	"example.com/cases/obs"
)

type event struct {
	reason  string
	message string
}

type broadcaster struct {
	incoming chan event
	watchers map[int]chan event
	mu       sync.Mutex
}

func newBroadcaster() *broadcaster {
	b := &broadcaster{incoming: make(chan event, 100), watchers: map[int]chan event{}}
	go b.loop()
	return b
}

func (b *broadcaster) loop() {
	for e := range b.incoming {
		b.mu.Lock()
		for _, w := range b.watchers {
			w <- e
		}
		b.mu.Unlock()
	}
}

func (b *broadcaster) start(sink func(event)) {
	b.mu.Lock()
	w := make(chan event, 100)
	b.watchers[len(b.watchers)] = w
	b.mu.Unlock()
	go func() {
		for e := range w {
			sink(e)
		}
	}()
}

type reconciler struct{ n int }

func (r *reconciler) reconcile(name string) {
	b := newBroadcaster()
	b.start(func(e event) { r.n++ })
	b.incoming <- event{"Synced", name}
}

func main() {
	r := &reconciler{}
	obs.Run(time.Millisecond, func(i int) { r.reconcile("web") })
}
