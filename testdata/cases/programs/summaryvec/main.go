package main

import (
	"fmt"
	"runtime"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"example.com/cases/obs"
)

type task struct{ component, instance string }

func observe(vec *prometheus.SummaryVec, t task, seconds float64) {
	vec.WithLabelValues(t.component, t.instance).Observe(seconds)
}

func push(pushed *prometheus.Registry) int {
	families, err := pushed.Gather()
	if err != nil {
		panic(err)
	}
	return len(families)
}

func main() {
	vec := prometheus.NewSummaryVec(prometheus.SummaryOpts{
		Name:       "reconcile_seconds",
		Objectives: map[float64]float64{0.5: 0.05, 0.9: 0.01, 0.95: 0.005, 0.99: 0.001},
	}, []string{"component", "instance"})
	pushed := prometheus.NewRegistry()
	pushed.MustRegister(vec)
	var tasks []task
	for c := range 12 {
		for i := range 100 {
			tasks = append(tasks, task{fmt.Sprintf("component-%d", c), fmt.Sprintf("instance-%d", i)})
		}
	}
	obs.Run(time.Millisecond, func(i int) {
		for n := range 200 {
			k := i*200 + n
			observe(vec, tasks[k%len(tasks)], float64(k%977)/1000)
		}
		if i%250 == 249 {
			push(pushed)
		}
	})
	runtime.KeepAlive(vec)
}
