package main

import (
	"encoding/json"
	"time"

	"example.com/cases/obs"
)

var ballast []byte

type ping struct {
	Seq  int
	Name string
	Tags []string
}

var n int

func main() {
	ballast = make([]byte, 200<<20)
	obs.Run(time.Millisecond, func(i int) {
		for j := 0; j < 30; j++ {
			b, _ := json.Marshal(ping{Seq: i, Name: "n", Tags: []string{"a", "b"}})
			n += len(b)
		}
	})
}
