package main

import (
	"time"

	"example.com/cases/obs"
)

// A quote is 168 bytes: above 128 a map keeps values behind pointers.
type quote struct {
	bids, asks [10]float64
	at         int64
}

var book = map[int]quote{}

func update(id int, price float64) {
	q := quote{at: int64(id)}
	for i := range q.bids {
		q.bids[i] = price - float64(i)
		q.asks[i] = price + float64(i)
	}
	book[id] = q
	delete(book, id-5000)
}

func main() {
	n := 0
	obs.Run(time.Millisecond, func(i int) {
		for j := 0; j < 500; j++ {
			update(n, float64(n))
			n++
		}
	})
}
