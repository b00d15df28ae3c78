// Jobs go through a priority queue to workers, which retry, time out and report on channels.
package main

import (
	"container/heap"
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"
)

type job struct {
	id       int
	priority int
	attempts int
	payload  []byte
	done     chan result
}

type result struct {
	id  int
	sum uint64
	err error
}

type queue []*job

func (q queue) Len() int           { return len(q) }
func (q queue) Less(i, j int) bool { return q[i].priority > q[j].priority }
func (q queue) Swap(i, j int)      { q[i], q[j] = q[j], q[i] }
func (q *queue) Push(x any)        { *q = append(*q, x.(*job)) } // reason: slice_growth
func (q *queue) Pop() any {
	old := *q
	last := old[len(old)-1]
	*q = old[:len(old)-1]
	return last
}

type retryable struct {
	job  int
	code int
}

func (e retryable) Error() string { return fmt.Sprintf("job %d: code %d", e.job, e.code) } // reason: formatting interface_boxing variadic_slice

var errGaveUp = errors.New("gave up")

func checksum(j *job) (uint64, error) {
	if j.id%11 == 0 && j.attempts < 2 {
		return 0, retryable{j.id, j.attempts + 500} // reason: interface_boxing returned_pointer
	}
	if j.id%97 == 0 {
		return 0, fmt.Errorf("job %d: %w", j.id, errGaveUp) // reason: error_value interface_boxing variadic_slice
	}
	var sum uint64
	for _, b := range j.payload {
		sum = sum*31 + uint64(b)
	}
	return sum, nil
}

type dispatcher struct {
	mu      sync.Mutex
	ready   queue
	retries atomic.Int64
	hooks   map[string]func(result)
}

func (d *dispatcher) on(name string, f func(result)) {
	if d.hooks == nil {
		d.hooks = make(map[string]func(result)) // reason: map_creation stored_in_heap
	}
	d.hooks[name] = f // reason: map_growth
}

func (d *dispatcher) submit(id, size int) <-chan result {
	j := &job{id: id, priority: id * 7 % 13, payload: make([]byte, size), done: make(chan result, 1)} // reason: stored_in_heap interface_boxing unknown_size channel leaking_callee unknown_callee
	d.mu.Lock()
	heap.Push(&d.ready, j) // reason: slice_growth
	d.mu.Unlock()
	return j.done
}

func (d *dispatcher) next() (*job, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.ready.Len() == 0 {
		return nil, false
	}
	return heap.Pop(&d.ready).(*job), true
}

func (d *dispatcher) run(ctx context.Context, workers int) {
	var wg sync.WaitGroup   // reason: closure_capture goroutine
	feed := make(chan *job) // reason: channel
	for w := 0; w < workers; w++ {
		wg.Add(1)
		go func() { // reason: goroutine escaping_closure closure_capture
			defer wg.Done()
			for j := range feed { // reason: channel runtime goroutine
				d.work(ctx, j)
			}
		}()
	}
	for {
		j, ok := d.next()
		if !ok {
			break
		}
		feed <- j // reason: channel runtime goroutine
	}
	close(feed)
	wg.Wait() // reason: runtime channel
}

func (d *dispatcher) work(ctx context.Context, j *job) {
	timed, cancel := context.WithTimeout(ctx, time.Minute) // reason: returned_pointer escaping_closure closure_capture library map_growth map_creation channel unknown_callee stored_in_heap leaking_callee
	defer cancel()
	for {
		sum, err := checksum(j)     // reason: error_value interface_boxing variadic_slice
		var again retryable         // reason: interface_boxing leaking_callee unknown_callee reflection
		if errors.As(err, &again) { // reason: error_value reflection
			j.attempts++
			d.retries.Add(1)
			continue
		}
		if timed.Err() != nil {
			err = timed.Err()
		}
		r := result{j.id, sum, err}
		for _, hook := range d.hooks {
			hook(r)
		}
		j.done <- r
		return
	}
}

func fanIn(all []<-chan result) <-chan result {
	out := make(chan result) // reason: channel
	var wg sync.WaitGroup    // reason: closure_capture goroutine
	for _, c := range all {
		wg.Add(1)
		go func(c <-chan result) { // reason: goroutine escaping_closure closure_capture
			out <- <-c // reason: channel runtime goroutine
			wg.Done()
		}(c)
	}
	go func() { wg.Wait(); close(out) }() // reason: goroutine escaping_closure closure_capture runtime channel
	return out
}

func main() {
	d := &dispatcher{}                // reason: closure_capture escaping_closure stored_in_heap goroutine leaking_callee interface_boxing unknown_callee
	failures := map[int]string{}      // reason: map_creation closure_capture
	var mu sync.Mutex                 // reason: closure_capture
	d.on("failures", func(r result) { // reason: escaping_closure map_growth map_creation closure_capture stored_in_heap
		if r.err != nil {
			mu.Lock()
			failures[r.id] = r.err.Error() // reason: map_growth formatting
			mu.Unlock()
		}
	})
	var waiting []<-chan result
	for i := 1; i <= 600; i++ {
		waiting = append(waiting, d.submit(i, 64+i%512)) // reason: slice_growth
	}
	results := fanIn(waiting)
	d.run(context.Background(), 4)
	bySum := make(map[uint64][]int) // reason: map_creation
	for r := range results {        // reason: channel runtime
		bySum[r.sum] = append(bySum[r.sum], r.id) // reason: map_growth slice_growth
	}
	kept = bySum
	writeProfile()
}

var kept map[uint64][]int
