// Decodekept reads records of JSON and keeps each in a map that nothing is deleted from.
package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"example.com/cases/obs"
)

type record struct {
	ID    string
	Owner string
	Sizes [24]int64
}

var byID = map[string]*record{}

func load(body string) {
	var r record
	if err := json.NewDecoder(strings.NewReader(body)).Decode(&r); err != nil {
		return
	}
	byID[r.ID] = &r
}

func main() {
	obs.Run(2*time.Millisecond, func(i int) {
		for j := range 40 {
			load(fmt.Sprintf(`{"ID":"record-%d","Owner":"the owner of record %d"}`, i*40+j, i*40+j))
		}
	})
}
