// Lines that are searched.
package main

import (
	"strconv"
	"strings"

	"example.com/pairs/load"
)

var (
	line  = make([]byte, 0, 4096)
	found int
	texts [64]string
)

func handle(i int) {
	line = append(line[:0], "GET /some/path/that/is/long/enough/to/matter?user="...)
	line = strconv.AppendInt(line, int64(i), 10)
	if strings.HasSuffix(search(string(line)), "77") { // fixed
		found++
	}
	texts[i%64] = "line " + strconv.Itoa(i)
}

func main() {
	load.Run(8_000_000, handle)
}

//go:noinline
func search(text string) string { return text[strings.IndexByte(text, '?'):] }
