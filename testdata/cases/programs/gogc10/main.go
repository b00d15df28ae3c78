package main

import (
	"encoding/json"
	"strconv"
	"time"

	"example.com/cases/obs"
)

type quote struct {
	Symbol string
	Price  float64
	Sizes  []int
}

var quotes = map[string]*quote{}

func main() {
	for i := 0; i < 120000; i++ {
		s := "SYM" + strconv.Itoa(i)
		quotes[s] = &quote{Symbol: s, Price: 1, Sizes: make([]int, 8)}
	}
	obs.Run(500*time.Microsecond, func(i int) {
		for j := 0; j < 40; j++ {
			b, err := json.Marshal(quotes["SYM"+strconv.Itoa((i*40+j)%len(quotes))])
			if err != nil || len(b) == 0 {
				panic(err)
			}
		}
	})
}
