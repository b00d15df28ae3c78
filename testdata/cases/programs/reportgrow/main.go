// Command reportgrow keeps each event, and counts all of them into a report ten times a second.
package main

import (
	"fmt"
	"time"

	"example.com/cases/obs"
)

type event struct {
	name string
	body []byte
}

type journal struct{ events []*event }

func (j *journal) add(n int) {
	j.events = append(j.events, &event{name: fmt.Sprintf("event-%d", n), body: make([]byte, 3000)})
}

func (j *journal) report() int {
	total := 0
	for _, e := range j.events {
		line := make([]byte, 0, 64)
		line = append(line, e.name...)
		copied := append([]byte(nil), e.body...)
		total += len(line) + int(copied[0])
	}
	return total
}

var kept journal

func main() {
	obs.Run(1500*time.Microsecond, func(i int) {
		kept.add(i)
		if i%60 == 0 {
			kept.report()
		}
	})
}
