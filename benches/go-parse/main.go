// Command go-parse says how many milliseconds a reader of profiles written in Go needs for a file, the median of nine: `profile`,
// the package of google/pprof, or `pproflite`, which DataDog's tracer has. Both packages are copied beside this, the first from
// the toolchain's own sources, the second, which is internal, from the module's; it reads what is not gzipped.
package main

import (
	"bytes"
	"fmt"
	"os"
	"sort"
	"time"

	"example.com/go-parse/pproflite"
	"example.com/go-parse/profile"
)

var readers = map[string]func(data []byte) error{
	"profile": func(data []byte) error {
		_, err := profile.Parse(bytes.NewReader(data))
		return err
	},
	"pproflite": func(data []byte) error {
		return pproflite.NewDecoder(data).FieldEach(func(pproflite.Field) error { return nil })
	},
}

func main() {
	read := readers[os.Args[1]]
	data, err := os.ReadFile(os.Args[2])
	if err != nil {
		panic(err)
	}
	var times []float64
	for i := 0; i < 9; i++ {
		begin := time.Now()
		if err := read(data); err != nil {
			panic(err)
		}
		times = append(times, 1000*time.Since(begin).Seconds())
	}
	sort.Float64s(times)
	fmt.Printf("%.2f\n", times[len(times)/2])
}
