// Command trace-read reads an execution trace with golang.org/x/exp/trace, does nothing with its events, and says how many
// seconds of CPU that took and how many events there are: `trace-read FILE [TIMES]`; the least of several times.
package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"strconv"
	"syscall"

	"golang.org/x/exp/trace"
)

func main() {
	file, err := os.ReadFile(os.Args[1])
	check(err)
	times, least, events := 1, math.Inf(1), 0
	if len(os.Args) > 2 {
		times, err = strconv.Atoi(os.Args[2])
		check(err)
	}
	for range times {
		start := cpuSeconds()
		events = read(file)
		least = min(least, cpuSeconds()-start)
	}
	fmt.Println(least, events)
}

func read(file []byte) int {
	reader, err := trace.NewReader(bytes.NewReader(file))
	check(err)
	events := 0
	for {
		_, err := reader.ReadEvent()
		if errors.Is(err, io.EOF) {
			return events
		}
		check(err)
		events++
	}
}

func cpuSeconds() float64 {
	var usage syscall.Rusage
	check(syscall.Getrusage(syscall.RUSAGE_SELF, &usage))
	return float64(usage.Utime.Nano()+usage.Stime.Nano()) / 1e9
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
