// Command ramp serves orders, of which there are more each second: each is in work for a second and a half.
package main

import (
	"time"

	"example.com/cases/obs"
)

type order struct {
	lines []byte
	done  time.Time
}

type desk struct{ open []*order }

func (d *desk) take(now time.Time) {
	d.open = append(d.open, &order{lines: make([]byte, 4000), done: now.Add(1500 * time.Millisecond)})
}

func (d *desk) finish(now time.Time) {
	n := 0
	for n < len(d.open) && d.open[n].done.Before(now) {
		n++
	}
	rest := make([]*order, len(d.open)-n)
	copy(rest, d.open[n:])
	d.open = rest
}

func main() {
	d := &desk{}
	obs.Run(10*time.Millisecond, func(i int) {
		now := time.Now()
		for k := 0; k < i/10; k++ {
			d.take(now)
		}
		d.finish(now)
	})
}
