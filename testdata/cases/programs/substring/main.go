package main

// dominikh/go-tools#196, golang/go#69370: a short substring keeps a large string.
import (
	"strings"
	"time"

	"example.com/cases/obs"
)

var index = map[int]string{}

func readDocument(i int) string {
	var b strings.Builder
	b.Grow(64 << 10)
	b.WriteString("title-")
	for b.Len() < 60<<10 {
		b.WriteByte(byte('a' + i%26))
	}
	return b.String()
}

func remember(i int) {
	doc := readDocument(i)
	index[i] = doc[:6]
}

func main() { obs.Run(5*time.Millisecond, remember) }
