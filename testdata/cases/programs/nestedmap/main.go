package main

// counters of each user's pages: an inner map for each user, never removed.
import (
	"fmt"
	"time"

	"example.com/cases/obs"
)

type stats struct {
	byUser map[string]map[string]int
}

func (s *stats) hit(user, page string) {
	pages := s.byUser[user]
	if pages == nil {
		pages = make(map[string]int)
		s.byUser[user] = pages
	}
	pages[page]++
}

var all = &stats{byUser: map[string]map[string]int{}}

func main() {
	n := 0
	obs.Run(time.Millisecond, func(i int) {
		for j := 0; j < 15; j++ {
			n++
			all.hit(fmt.Sprintf("user-%07d", n), "/home")
		}
	})
}
