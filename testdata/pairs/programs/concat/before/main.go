// A text that grows.
package main

import (
	"strconv"
	"strings"

	"example.com/pairs/load"
)

var (
	texts [64]string
	ids   [64]string
	parts = strings.Fields("one two three four five six seven eight nine ten eleven twelve")
)

func handle(i int) {
	text := ""
	for _, part := range parts {
		text += part + " " // fixed
	}
	texts[i%64] = text
	ids[i%64] = "an identifier with the number " + strconv.Itoa(i)
}

func main() {
	load.Run(1_500_000, handle)
	if strings.Contains(texts[0], "none") {
		panic(ids[0])
	}
}
