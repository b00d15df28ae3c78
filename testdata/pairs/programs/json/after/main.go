// Records as JSON.
package main

import (
	"strconv"

	"example.com/pairs/load"
)

type record struct {
	ID   int    `json:"id"`
	Name string `json:"name"`
	Tags [3]int `json:"tags"`
}

var (
	output []byte
	names  [64]string
)

func handle(i int) {
	names[i%64] = "record number " + strconv.Itoa(i)
	r := record{ID: i, Name: names[i%64]}
	output = r.append(output[:0])
}

func main() {
	load.Run(3_000_000, handle)
}

func (r *record) append(out []byte) []byte {
	out = strconv.AppendInt(append(out, `{"id":`...), int64(r.ID), 10)
	out = strconv.AppendQuote(append(out, `,"name":`...), r.Name)
	for _, tag := range r.Tags {
		out = strconv.AppendInt(append(out, ','), int64(tag), 10)
	}
	return append(out, '}')
}
