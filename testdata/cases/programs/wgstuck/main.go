package main

// kind: WaitGroup.Add without Done, Cond.Wait without Broadcast.
import (
	"sync"
	"time"

	"example.com/cases/obs"
)

func fan(n int) {
	var wg sync.WaitGroup
	wg.Add(n + 1)
	for i := 0; i < n; i++ {
		go func() { defer wg.Done(); time.Sleep(time.Microsecond) }()
	}
	wg.Wait()
}

var mu sync.Mutex
var cond = sync.NewCond(&mu)

func consumer() {
	mu.Lock()
	cond.Wait()
	mu.Unlock()
}

func main() {
	obs.Run(5*time.Millisecond, func(i int) { go fan(3); go consumer() })
}
