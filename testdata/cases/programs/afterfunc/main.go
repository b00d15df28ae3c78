package main

// kind: a timer for each request that is never stopped keeps the request for ten minutes.
import (
	"time"

	"example.com/cases/obs"
)

type request struct {
	id   int
	body []byte
}

func serve(i int) {
	r := &request{id: i, body: make([]byte, 8192)}
	time.AfterFunc(10*time.Minute, func() { r.cancel() })
	r.body[0] = 1
}

func (r *request) cancel() { r.id = 0 }

func main() {
	obs.Run(time.Millisecond, func(i int) { serve(i); serve(i) })
}
