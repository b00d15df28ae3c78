package main

// Answers that come too late for who asked, sent to a channel without room.
import (
	"time"

	"example.com/cases/obs"
)

type result struct{ rows []byte }

func query(n int) result {
	time.Sleep(3 * time.Millisecond)
	return result{rows: make([]byte, 16<<10)}
}

func ask(n int) (result, bool) {
	ch := make(chan result)
	go func() { ch <- query(n) }()
	select {
	case r := <-ch:
		return r, true
	case <-time.After(time.Millisecond):
		return result{}, false
	}
}

func main() { obs.Run(0, func(i int) { ask(i) }) }
