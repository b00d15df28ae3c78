// A pattern is compiled once.
package main

import (
	"fmt"
	"regexp"

	"example.com/pairs/load"
)

var (
	found   [128]string
	total   int
	pattern = regexp.MustCompile(`^([a-z]+)=(\d+)$`)
)

func handle(i int) {
	line := fmt.Sprintf("field=%d", i)
	if m := pattern.FindStringSubmatch(line); m != nil {
		found[i%128] = m[2]
		total += len(m[2])
	}
}

func main() {
	load.Run(300_000, handle)
}
