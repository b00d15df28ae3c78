// Each kind of allocation on a line of its own.
package main

import "os"

type point struct{ x, y, z int }

type event struct {
	name string
	tags []string
}

var (
	keep    any
	kept    []byte
	text    string
	events  []*event
	numbers []int
	points  []point
	counts  = map[string]int{} // reason: map_creation
	byID    map[int]*event
	words   = []string{"alpha", "beta", "gamma", "delta"}
	done    chan int
)

func main() {
	for i := 0; i < 2000; i++ {
		numbers = append(numbers, i)                  // reason: slice_growth
		points = append(points, point{i, i, i})       // reason: slice_growth
		keep = i + 300                                // reason: interface_boxing
		keep = point{i, i, i}                         // reason: interface_boxing
		events = append(events, newEvent(words[i%4])) // reason: slice_growth
	}
	fill()
	convert()
	channels()
	writeProfile()
}

func newEvent(name string) *event {
	e := &event{name: name} // reason: stored_in_heap returned_pointer container_element
	return tag(e)
}

//go:noinline
func tag(e *event) *event {
	e.tags = append(e.tags, e.name, e.name) // reason: slice_growth
	return e
}

func fill() {
	byID = make(map[int]*event) // reason: map_creation
	for i, e := range events {
		byID[i] = e // reason: map_growth
	}
	for i := 0; i < 5000; i++ {
		counts[number(i)]++ // reason: map_growth
	}
}

//go:noinline
func number(i int) string {
	var digits [20]byte
	at := len(digits)
	for {
		at--
		digits[at] = byte('0' + i%10)
		if i /= 10; i == 0 {
			return string(digits[at:]) // reason: string_conversion
		}
	}
}

func convert() {
	for i := 0; i < 500; i++ {
		size := 64 + i%100
		buffer := make([]byte, size) // reason: unknown_size
		buffer[0] = byte(i)
		kept = buffer
		text = string(buffer)                    // reason: string_conversion
		local := []byte(text + "!")              // reason: string_conversion concatenation
		joined := text + words[i%4] + os.Args[0] // reason: concatenation
		if len(joined) == len(local) {
			println("same")
		}
		runes := []rune(joined) // reason: string_conversion
		text = string(runes)    // reason: string_conversion
	}
}

func channels() {
	for i := 0; i < 300; i++ {
		done = make(chan int)        // reason: channel
		results := make(chan int, 8) // reason: channel
		go work(done, results)       // reason: goroutine
		done <- i // reason: channel
		<-results // reason: channel
	}
}

func work(in <-chan int, out chan<- int) {
	out <- <-in
}
