// Closures, method values, deferred calls and goroutines with state.
package main

import (
	"sort"
	"sync"
)

type counter struct{ n int }

func (c *counter) add(by int) { c.n += by }

var (
	handlers []func() int
	adders   []func(int)
	total    counter
	last     func() string
)

func main() {
	for i := 0; i < 1000; i++ {
		handlers = append(handlers, makeHandler(i)) // reason: slice_growth
		c := &counter{i}                            // reason: stored_in_heap escaping_closure method_value closure_capture other
		adders = append(adders, c.add)              // reason: slice_growth method_value
		last = shared(i)
	}
	deferred(200)
	spawn(100)
	sorted(2000)
	writeProfile()
}

//go:noinline
func makeHandler(start int) func() int {
	count := start      // reason: closure_capture
	return func() int { // reason: escaping_closure returned_pointer
		count++
		return count
	}
}

//go:noinline
func shared(i int) func() string {
	prefix := text(i)
	return func() string { // reason: escaping_closure returned_pointer
		return prefix + "."
	}
}

//go:noinline
func text(i int) string {
	digits := []byte{byte('0' + i%10), byte('0' + i/10%10), byte('0' + i/100%10)}
	return string(digits) // reason: string_conversion
}

//go:noinline
func deferred(n int) {
	for i := 0; i < n; i++ { // reason: closure_capture
		defer func() { total.add(i) }() // reason: defer_in_loop
	}
}

func spawn(n int) {
	var group sync.WaitGroup // reason: closure_capture
	var mutex sync.Mutex     // reason: closure_capture
	sums := map[int]int{}    // reason: map_creation
	for i := 0; i < n; i++ {
		group.Add(1)
		i := i
		go func() { // reason: goroutine
			defer group.Done()
			mutex.Lock()
			sums[i] = i * i // reason: map_growth
			mutex.Unlock()
		}()
	}
	group.Wait()
}

func sorted(n int) {
	values := make([]int, 0, n) // reason: unknown_size
	for i := 0; i < n; i++ {
		values = append(values, n-i)
	}
	sort.Slice(values, func(a, b int) bool { return values[a] < values[b] }) // reason: interface_boxing escaping_closure reflection
}
