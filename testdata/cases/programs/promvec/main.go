package main

// prometheus/client_golang#1340: a label whose values never repeat.
import (
	"fmt"
	"time"

	"example.com/cases/obs"
	"github.com/prometheus/client_golang/prometheus"
)

var latency = prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "call_seconds", Help: "h"}, []string{"method", "peer", "request"})

func observe(i int) {
	latency.WithLabelValues("get", "peer-1", fmt.Sprintf("req-%08d", i)).Set(1)
}

func main() {
	prometheus.NewRegistry().MustRegister(latency)
	n := 0
	obs.Run(time.Millisecond, func(i int) {
		for j := 0; j < 40; j++ {
			observe(n)
			n++
		}
	})
}
