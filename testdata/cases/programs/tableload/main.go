package main

// A table that is read once and kept, and little work after that.
import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"example.com/cases/obs"
)

type place struct {
	Name string   `json:"name"`
	Lat  float64  `json:"lat"`
	Lon  float64  `json:"lon"`
	Tags []string `json:"tags"`
}

var table = map[string]*place{}

func load() {
	var b strings.Builder
	b.WriteByte('[')
	for i := range 120000 {
		fmt.Fprintf(&b, `{"name":"place %d","lat":%d.5,"lon":2.25,"tags":["a%d","b"]},`, i, i%90, i)
	}
	b.WriteString(`{"name":"end"}]`)
	var all []*place
	if err := json.Unmarshal([]byte(b.String()), &all); err != nil {
		panic(err)
	}
	for _, p := range all {
		table[p.Name] = p
	}
}

var hits int

func lookup(q string) {
	if p := table[strings.ToLower(q)]; p != nil {
		hits += len(strings.Split(p.Name, " "))
	}
}

func main() {
	load()
	obs.Run(20*time.Microsecond, func(i int) { lookup(fmt.Sprintf("PLACE %d", i%120000)) })
}
