package main

import (
	"bufio"
	"encoding/json"
	"io"
	"time"

	"example.com/cases/obs"
)

type record struct {
	ID   int
	Text string
}

func export(n int) io.Reader {
	r, w := io.Pipe()
	go func() {
		enc := json.NewEncoder(w)
		for i := 0; i < n; i++ {
			if err := enc.Encode(record{i, "some text of a record"}); err != nil {
				return
			}
		}
		w.Close()
	}()
	return r
}

func preview() string {
	s, _ := bufio.NewReader(export(1000)).ReadString('\n')
	return s
}

func main() {
	obs.Run(3*time.Millisecond, func(int) { preview() })
}
