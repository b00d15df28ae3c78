// A client that measures each upstream of a request by a timer of its own.
package main

import (
	"fmt"
	"time"

	"github.com/rcrowley/go-metrics"

	"example.com/cases/obs"
)

type upstream struct {
	name    string
	latency metrics.Timer
}

func dial(name string) *upstream {
	return &upstream{name: name, latency: metrics.NewTimer()}
}

func (u *upstream) call() {
	start := time.Now()
	time.Sleep(time.Microsecond)
	u.latency.UpdateSince(start)
}

func handle(n int) {
	u := dial(fmt.Sprintf("shard-%d", n%16))
	for range 3 {
		u.call()
	}
}

func main() {
	obs.Run(time.Millisecond, func(n int) {
		for i := range 8 {
			handle(n*8 + i)
		}
	})
}
