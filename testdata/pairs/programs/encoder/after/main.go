// A service with idle time keeps its encoder and buffer.
package main

import (
	"bytes"
	"encoding/json"
	"time"

	"example.com/pairs/load"
)

type answer struct {
	ID    int      `json:"id"`
	Names []string `json:"names"`
}

var (
	last    [32]answer
	out     bytes.Buffer
	encoder = json.NewEncoder(&out)
)

func handle(i int) {
	if i%500 == 0 {
		time.Sleep(4 * time.Millisecond)
	}
	a := answer{ID: i, Names: make([]string, 40)}
	for n := range a.Names {
		a.Names[n] = "name of some length"
	}
	last[i%32] = a
	out.Reset()
	if err := encoder.Encode(a); err != nil {
		panic(err)
	}
}

func main() {
	load.Run(120_000, handle)
}
