// Records as JSON.
package main

import (
	"encoding/json"
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
	output, _ = json.Marshal(r) // fixed
}

func main() {
	load.Run(3_000_000, handle)
}
