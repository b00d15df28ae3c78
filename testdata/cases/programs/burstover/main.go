package main

import (
	"strings"
	"time"

	"example.com/cases/obs"
)

type reply struct {
	id    int
	lines []string
}

func handle(id int) *reply {
	r := &reply{id: id}
	for i := range 4000 {
		r.lines = append(r.lines, strings.Repeat(string(rune('a'+i%26)), 1<<10))
	}
	return r
}

func main() {
	begun := time.Now()
	obs.Run(5*time.Millisecond, func(i int) {
		if s := time.Since(begun).Seconds(); s > 3 && s < 6 {
			var open []*reply
			for j := range 60 {
				open = append(open, handle(j))
			}
			time.Sleep(20 * time.Millisecond)
			if len(open) == 0 {
				panic(open)
			}
		}
	})
}
