// A reader with its buffer for each small message.
package main

import (
	"bufio"
	"strings"

	"example.com/pairs/load"
)

var (
	heads [256]string
	text  = "HEAD one two three\nrest of the message, which nobody reads\n"
)

func handle(i int) {
	reader := bufio.NewReader(strings.NewReader(text)) // fixed
	line, err := reader.ReadString('\n')
	if err != nil {
		panic(err)
	}
	heads[i%256] = line + strings.Repeat("#", i%900)
}

func main() {
	load.Run(400_000, handle)
}
