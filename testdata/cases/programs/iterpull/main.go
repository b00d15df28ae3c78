package main

import (
	"iter"
	"time"

	"example.com/cases/obs"
)

type page struct{ rows [512]int64 }

func pages(n int) iter.Seq[*page] {
	return func(yield func(*page) bool) {
		for i := 0; i < n; i++ {
			p := &page{}
			p.rows[0] = int64(i)
			if !yield(p) {
				return
			}
		}
	}
}

func first(seq iter.Seq[*page]) *page {
	next, _ := iter.Pull(seq)
	p, _ := next()
	return p
}

var sum int64

func main() {
	obs.Run(2*time.Millisecond, func(int) { sum += first(pages(10)).rows[0] })
}
