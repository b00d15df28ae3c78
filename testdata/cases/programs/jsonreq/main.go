package main

// JSON decoded into any, and a slice that grows.

import (
	"bytes"
	"encoding/json"
	"example.com/cases/obs"
	"time"
)

type item struct {
	ID    int      `json:"id"`
	Name  string   `json:"name"`
	Tags  []string `json:"tags"`
	Price float64  `json:"price"`
}
type resp struct {
	Items []item `json:"items"`
	Next  string `json:"next"`
}

func build(n int) resp {
	var r resp
	for i := 0; i < n; i++ {
		r.Items = append(r.Items, item{i, "name", []string{"a", "b"}, 1.5})
	}
	return r
}
func reply(r resp) []byte { b, _ := json.Marshal(r); return b }
func parse(b []byte) map[string]any {
	var v map[string]any
	json.NewDecoder(bytes.NewReader(b)).Decode(&v)
	return v
}

var n int

func main() { obs.Run(time.Millisecond, func(i int) { b := reply(build(100)); n += len(parse(b)) }) }
