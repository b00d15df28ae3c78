// Stages of workers that pass batches on.
package main

import "strings"

type batch struct {
	id    int
	lines []string
	sizes map[string]int
}

type result struct {
	id    int
	total int64
	top   string
}

type sink interface{ accept(r result) }

type memory struct {
	results []result
	byTop   map[string][]int
}

func (m *memory) accept(r result) {
	m.results = append(m.results, r)              // reason: slice_growth
	m.byTop[r.top] = append(m.byTop[r.top], r.id) // reason: slice_growth map_growth
}

func main() {
	in, out := make(chan *batch, 16), make(chan result) // reason: channel
	store := &memory{byTop: map[string][]int{}}         // reason: interface_boxing map_creation stored_in_heap
	for w := 0; w < 4; w++ {
		go stage(in, out) // reason: goroutine
	}
	go produce(in, 400) // reason: goroutine
	consume(out, store, 400)
	writeProfile()
}

func produce(out chan<- *batch, n int) {
	for i := 0; i < n; i++ {
		b := &batch{id: i, sizes: make(map[string]int)} // reason: channel_send map_creation stored_in_heap
		for j := 0; j < 12; j++ {
			b.lines = append(b.lines, line(i, j)) // reason: slice_growth
		}
		out <- b // reason: channel
	}
	close(out)
}

//go:noinline
func line(i, j int) string {
	raw := make([]byte, 40+j) // reason: unknown_size string_conversion
	for at := range raw {
		raw[at] = byte('a' + (i+j*at)%26)
	}
	return string(raw) // reason: string_conversion
}

func stage(in <-chan *batch, out chan<- result) {
	for b := range in { // reason: channel
		var total int64
		top := ""
		for _, l := range b.lines {
			for begin := 0; begin+8 <= len(l); begin += 8 {
				b.sizes[l[begin:begin+8]] += begin // reason: map_growth
			}
			total += int64(len(l))
			if l > top {
				top = l
			}
		}
		out <- result{b.id, total, strings.Clone(top[:1])} // reason: copy string_conversion string_building buffer_growth unknown_size channel
	}
}

func consume(in <-chan result, to sink, n int) {
	for i := 0; i < n; i++ {
		to.accept(<-in)
	}
}
