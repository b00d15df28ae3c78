// Command go-parse says how many milliseconds the profile package of google/pprof needs to parse a file: the median of nine.
// The package is copied beside it from the toolchain's own sources.
package main

import (
	"bytes"
	"fmt"
	"os"
	"sort"
	"time"

	"example.com/go-parse/profile"
)

func main() {
	data, err := os.ReadFile(os.Args[1])
	if err != nil {
		panic(err)
	}
	var times []float64
	for i := 0; i < 9; i++ {
		begin := time.Now()
		if _, err := profile.Parse(bytes.NewReader(data)); err != nil {
			panic(err)
		}
		times = append(times, 1000*time.Since(begin).Seconds())
	}
	sort.Float64s(times)
	fmt.Printf("%.2f\n", times[len(times)/2])
}
