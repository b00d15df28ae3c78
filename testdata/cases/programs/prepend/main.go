package main

import (
	"slices"
	"time"

	"example.com/cases/obs"
)

type event struct {
	at   time.Time
	code int
	text string
}

// newestFirst gives the day's events, the newest first.
func newestFirst(source []event) []event {
	var out []event
	for _, e := range source {
		out = append([]event{e}, out...)
	}
	return out
}

func ordered(codes []int) []int {
	var out []int
	for _, c := range codes {
		at, _ := slices.BinarySearch(out, c)
		out = slices.Insert(out, at, c)
	}
	return out
}

func main() {
	source := make([]event, 800)
	codes := make([]int, 800)
	for i := range source {
		source[i] = event{at: time.Now(), code: i, text: "started"}
		codes[i] = (i * 7919) % 1000
	}
	n := 0
	obs.Run(time.Millisecond, func(i int) {
		n += len(newestFirst(source)) + len(ordered(codes))
	})
}
