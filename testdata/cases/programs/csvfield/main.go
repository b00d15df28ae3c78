package main

// kind: encoding/csv: all fields of a record share one string; keeping one field keeps the record.
import (
	"encoding/csv"
	"fmt"
	"strings"
	"time"

	"example.com/cases/obs"
)

var seen = map[string]int{}
var pad = strings.Repeat("x", 3000)

func load(n int) {
	var b strings.Builder
	for i := 0; i < 50; i++ {
		fmt.Fprintf(&b, "k%07d,%s\n", n*50+i, pad)
	}
	r := csv.NewReader(strings.NewReader(b.String()))
	for {
		rec, err := r.Read()
		if err != nil {
			return
		}
		seen[rec[0]]++
	}
}

func main() {
	obs.Run(8*time.Millisecond, func(i int) { load(i) })
}
