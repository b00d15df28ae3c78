package main

// handler starts a worker that sends to an unbuffered channel which nobody reads after a timeout.
import (
	"time"

	"example.com/cases/obs"
)

type result struct{ body []byte }

func fetch(i int) *result {
	c := make(chan *result)
	go func() {
		time.Sleep(2 * time.Millisecond)
		c <- &result{make([]byte, 8<<10)}
	}()
	select {
	case r := <-c:
		return r
	case <-time.After(time.Millisecond):
		return nil
	}
}

func main() { obs.Run(time.Millisecond, func(i int) { fetch(i) }) }
