// Latencies of each batch in a histogram of its own, of which one line is written.
package main

import (
	"fmt"
	"io"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"

	"example.com/cases/obs"
)

func report(w io.Writer, latencies []int64) {
	histogram := hdrhistogram.New(1, 3_600_000_000, 3)
	for _, latency := range latencies {
		histogram.RecordValue(latency)
	}
	fmt.Fprintf(w, "p50 %d p99 %d max %d\n", histogram.ValueAtQuantile(50), histogram.ValueAtQuantile(99), histogram.Max())
}

func main() {
	latencies := make([]int64, 200)
	obs.Run(2*time.Millisecond, func(i int) {
		for k := range latencies {
			latencies[k] = int64(100 + (i*31+k*977)%50_000)
		}
		report(io.Discard, latencies)
	})
}
