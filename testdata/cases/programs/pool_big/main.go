package main

// golang/go#23199, IBM/fluent-forward-go#58: pooled buffers grow to the largest message.
import (
	"bytes"
	"math/rand"
	"sync"
	"time"

	"example.com/cases/obs"
)

var pool = sync.Pool{New: func() any { return new(bytes.Buffer) }}

func encode(n int) int {
	b := pool.Get().(*bytes.Buffer)
	b.Reset()
	for b.Len() < n {
		b.WriteString("0123456789abcdef")
	}
	pool.Put(b)
	return b.Len()
}

func main() {
	var wg sync.WaitGroup
	obs.Run(2*time.Millisecond, func(i int) {
		for j := 0; j < 16; j++ {
			wg.Add(1)
			n := 1 << 10
			if rand.Intn(100) == 0 {
				n = 4 << 20
			}
			go func() { defer wg.Done(); encode(n); time.Sleep(time.Millisecond) }()
		}
		wg.Wait()
	})
}
