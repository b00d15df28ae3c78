package main

import (
	"bytes"
	"time"

	"example.com/cases/obs"
)

type message struct {
	partition int
	offset    int64
	value     []byte
}

type partition struct {
	id       int
	messages chan *message
	offset   int64
}

// fetch plays the broker: it always has more.
func (p *partition) fetch() {
	for {
		value := bytes.Repeat([]byte("m"), 4096)
		p.messages <- &message{partition: p.id, offset: p.offset, value: value}
		p.offset++
	}
}

var sum int

func main() {
	var parts []*partition
	for i := 0; i < 16; i++ {
		p := &partition{id: i, messages: make(chan *message, 1024)}
		parts = append(parts, p)
		go p.fetch()
	}
	obs.Run(time.Millisecond, func(i int) {
		m := <-parts[i%len(parts)].messages
		sum += len(m.value)
	})
}
