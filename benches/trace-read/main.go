// Command trace-read reads an execution trace with golang.org/x/exp/trace, does nothing with its events, and says how long that
// took: `trace-read FILE`.
package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"golang.org/x/exp/trace"
)

func main() {
	file, err := os.ReadFile(os.Args[1])
	check(err)
	start := time.Now()
	reader, err := trace.NewReader(bytes.NewReader(file))
	check(err)
	events := 0
	for {
		_, err := reader.ReadEvent()
		if errors.Is(err, io.EOF) {
			break
		}
		check(err)
		events++
	}
	fmt.Println(time.Since(start).Seconds(), events)
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
