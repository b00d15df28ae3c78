// Command pproflite says how many milliseconds DataDog's package of that name needs to read a profile that is not gzipped: the
// median of nine. The package is internal to dd-trace-go, so it is copied beside this from the module's sources.
package main

import (
	"fmt"
	"os"
	"sort"
	"time"

	"example.com/pproflite/pproflite"
)

func main() {
	data, err := os.ReadFile(os.Args[1])
	if err != nil {
		panic(err)
	}
	var times []float64
	for i := 0; i < 9; i++ {
		decoder := pproflite.NewDecoder(data)
		begin := time.Now()
		var frames, values int
		err := decoder.FieldEach(func(field pproflite.Field) error {
			if sample, ok := field.(*pproflite.Sample); ok {
				frames += len(sample.LocationID)
				values += len(sample.Value)
			}
			return nil
		})
		if err != nil {
			panic(err)
		}
		times = append(times, 1000*time.Since(begin).Seconds())
	}
	sort.Float64s(times)
	fmt.Printf("%.2f\n", times[len(times)/2])
}
