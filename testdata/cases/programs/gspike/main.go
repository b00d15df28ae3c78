package main

// golang/go#34457: after a burst of goroutines their descriptors stay; what the profile shows is runtime.malg.
import (
	"sync"
	"time"

	"example.com/cases/obs"
)

func burst(n int) {
	var wg sync.WaitGroup
	gate := make(chan struct{})
	for i := 0; i < n; i++ {
		wg.Add(1)
		go func() { defer wg.Done(); <-gate }()
	}
	close(gate)
	wg.Wait()
}

var sink []byte

func main() {
	burst(150000)
	obs.Run(2*time.Millisecond, func(i int) { sink = make([]byte, 32<<10) })
}
