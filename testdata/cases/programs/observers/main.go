package main

import (
	"sync"
	"time"

	"example.com/cases/obs"
)

type bus struct {
	mu   sync.Mutex
	subs map[int]func(string)
	next int
}

func (b *bus) subscribe(f func(string)) (cancel func()) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.next++
	id := b.next
	b.subs[id] = f
	return func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		delete(b.subs, id)
	}
}

var events = &bus{subs: map[int]func(string){}}

func handle(i int) int {
	page := make([]byte, 16<<10)
	page[i%len(page)] = 1
	seen := 0
	events.subscribe(func(name string) {
		if name == "flush" {
			seen += len(page)
		}
	})
	return seen
}

func main() {
	obs.Run(2*time.Millisecond, func(i int) {
		handle(i)
		_ = make([]byte, 40<<10+i%7)
	})
}
