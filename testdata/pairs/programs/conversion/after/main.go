// Lines that are searched.
package main

import (
	"bytes"
	"strconv"

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
	if bytes.HasSuffix(search(line), []byte("77")) {
		found++
	}
	texts[i%64] = "line " + strconv.Itoa(i)
}

func main() {
	load.Run(8_000_000, handle)
}

//go:noinline
func search(text []byte) []byte { return text[bytes.IndexByte(text, '?'):] }
