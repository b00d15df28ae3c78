// A consumer that handles each message once.
package main

import (
	"fmt"
	"time"

	"example.com/cases/obs"
)

type message struct {
	id   string
	body []byte
}

type consumer struct {
	seen    map[string]time.Time
	handled int
}

func (c *consumer) consume(m message) {
	if _, ok := c.seen[m.id]; ok {
		return
	}
	c.seen[m.id] = time.Now()
	c.handled += len(m.body)
}

func main() {
	c := &consumer{seen: map[string]time.Time{}}
	n := 0
	obs.Run(time.Millisecond, func(int) {
		for range 60 {
			n++
			c.consume(message{id: fmt.Sprintf("orders-partition-3-offset-%012d", n), body: make([]byte, 200)})
		}
	})
}
