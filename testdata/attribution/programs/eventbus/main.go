// A typed event bus with middleware, workers, retries and pooled buffers.
package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

type handler[E any] func(context.Context, E) error

type middleware[E any] func(handler[E]) handler[E]

type bus[E any] struct {
	mu       sync.Mutex
	handlers map[string][]handler[E]
	queue    chan delivery[E]
	group    sync.WaitGroup
	failed   atomic.Int64
	dead     []E
}

type delivery[E any] struct {
	topic string
	event E
}

type reading struct {
	sensor string
	value  float64
	raw    []byte
}

type average struct {
	count int
	sum   float64
	last  *reading
}

func (a *average) observe(_ context.Context, r reading) error {
	a.count++
	a.sum += r.value
	a.last = &r // reason: stored_in_heap
	return nil
}

func newBus[E any](workers, size int) *bus[E] {
	b := &bus[E]{ // reason: returned_pointer leaking_callee
		handlers: make(map[string][]handler[E]), // reason: map_creation
		queue:    make(chan delivery[E], size),  // reason: channel
	}
	for i := 0; i < workers; i++ {
		b.group.Add(1)
		go b.work(i) // reason: goroutine
	}
	return b
}

func (b *bus[E]) on(topic string, h handler[E], wrap ...middleware[E]) {
	for _, w := range wrap {
		h = w(h)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.handlers[topic] = append(b.handlers[topic], h) // reason: slice_growth map_growth
}

func (b *bus[E]) publish(topic string, event E) {
	b.queue <- delivery[E]{topic, event}
}

func (b *bus[E]) work(int) {
	defer b.group.Done()
	for d := range b.queue { // reason: channel
		b.mu.Lock()
		handlers := append([]handler[E]{}, b.handlers[d.topic]...) // reason: copy slice_growth
		b.mu.Unlock()
		for _, h := range handlers {
			if err := h(context.Background(), d.event); err != nil {
				b.failed.Add(1)
				b.mu.Lock()
				b.dead = append(b.dead, d.event) // reason: slice_growth
				b.mu.Unlock()
			}
		}
	}
}

func retry[E any](times int) middleware[E] {
	return func(next handler[E]) handler[E] { // reason: escaping_closure closure_capture
		return func(ctx context.Context, event E) error { // reason: escaping_closure closure_capture
			var errs []error
			for i := 0; i < times; i++ {
				err := next(ctx, event)
				if err == nil {
					return nil
				}
				errs = append(errs, fmt.Errorf("attempt %d: %w", i+1, err)) // reason: slice_growth error_value interface_boxing
			}
			return errors.Join(errs...) // reason: error_value
		}
	}
}

func timeout[E any](limit time.Duration) middleware[E] {
	return func(next handler[E]) handler[E] { // reason: escaping_closure closure_capture
		return func(ctx context.Context, event E) error { // reason: escaping_closure closure_capture
			ctx, cancel := context.WithTimeout(ctx, limit) // reason: library returned_pointer escaping_closure
			defer cancel()
			return next(ctx, event)
		}
	}
}

type buffers struct{ pool sync.Pool }

func (b *buffers) get() *bytes.Buffer {
	if found, ok := b.pool.Get().(*bytes.Buffer); ok { // reason: pool_refill
		found.Reset()
		return found
	}
	return bytes.NewBuffer(make([]byte, 0, 256)) // reason: returned_pointer stored_in_heap
}

var scratch = buffers{}

func encode(r *reading) []byte {
	buffer := scratch.get()
	defer scratch.pool.Put(buffer)                               // reason: pool_refill
	buffer.WriteString(r.sensor)                                 // reason: buffer_growth
	buffer.WriteByte('=')                                        // reason: buffer_growth
	buffer.WriteString(strconv.FormatFloat(r.value, 'f', 3, 64)) // reason: formatting buffer_growth
	return bytes.Clone(buffer.Bytes())                           // reason: copy string_building slice_growth
}

type failure struct {
	sensor string
	value  float64
}

func (f failure) Error() string { return "bad value of " + f.sensor } // reason: concatenation

func check(_ context.Context, r reading) error {
	if r.value < 0 {
		return failure{r.sensor, r.value} // reason: interface_boxing
	}
	return nil
}

func main() {
	b := newBus[reading](2, 16)
	a := new(average)                                            // reason: escaping_closure method_value returned_pointer leaking_callee closure_capture
	var mu sync.Mutex                                            // reason: closure_capture
	seen := make(map[string]int)                                 // reason: map_creation
	b.on("reading", func(ctx context.Context, r reading) error { // reason: escaping_closure closure_capture
		mu.Lock()
		defer mu.Unlock()
		seen[r.sensor]++         // reason: map_growth
		return a.observe(ctx, r) // reason: stored_in_heap
	}, timeout[reading](time.Second), retry[reading](2))
	b.on("reading", check, retry[reading](3))
	for i := 0; i < 2000; i++ {
		r := reading{sensor: "sensor-" + strconv.Itoa(i%50), value: float64(i%100) - 3} // reason: concatenation formatting
		r.raw = encode(&r)
		b.publish("reading", r)
	}
	close(b.queue)
	b.group.Wait()
	done := make(chan struct{}) // reason: channel
	go func() {                 // reason: goroutine escaping_closure
		defer close(done)
		fmt.Sprintln(a.count, len(b.dead), b.failed.Load()) // reason: interface_boxing formatting variadic_slice
	}()
	select {
	case <-done:
	case <-time.After(time.Minute): // reason: library channel
	}
	writeProfile()
}
