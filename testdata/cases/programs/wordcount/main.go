package main

import (
	"bufio"
	"bytes"
	"fmt"
	"time"

	"example.com/cases/obs"
)

func count(text []byte) map[string]int {
	counts := map[string]int{}
	s := bufio.NewScanner(bytes.NewReader(text))
	s.Split(bufio.ScanWords)
	for s.Scan() {
		counts[string(s.Bytes())]++
	}
	return counts
}

func main() {
	var text bytes.Buffer
	for i := 0; i < 40000; i++ {
		fmt.Fprintf(&text, "the-longer-word-%d ", i%300)
	}
	n := 0
	obs.Run(time.Millisecond, func(i int) { n += len(count(text.Bytes())) })
}
