// Peers that exchange their states.
package main

import (
	"bytes"
	"encoding/gob"

	"example.com/cases/obs"
)

type state struct {
	Node    string
	Term    uint64
	Entries []entry
}

type entry struct {
	Key   string
	Value []byte
}

func send(s *state) []byte {
	var frame bytes.Buffer
	if err := gob.NewEncoder(&frame).Encode(s); err != nil {
		panic(err)
	}
	return frame.Bytes()
}

func receive(frame []byte) *state {
	var s state
	if err := gob.NewDecoder(bytes.NewReader(frame)).Decode(&s); err != nil {
		panic(err)
	}
	return &s
}

func main() {
	s := &state{Node: "a", Entries: []entry{{"k1", make([]byte, 24)}, {"k2", make([]byte, 24)}}}
	obs.Run(0, func(n int) {
		s.Term++
		receive(send(s))
	})
}
