package main

// a bufio.Reader and a gzip.Writer for each request.
import (
	"bufio"
	"compress/gzip"
	"io"
	"strings"
	"time"

	"example.com/cases/obs"
)

func first(r io.Reader) string { s, _ := bufio.NewReader(r).ReadString('\n'); return s }

func compress(s string) { w := gzip.NewWriter(io.Discard); io.WriteString(w, s); w.Close() }

func scan(r io.Reader) (n int) {
	sc := bufio.NewScanner(r)
	sc.Buffer(make([]byte, 0, 64<<10), 1<<20)
	for sc.Scan() {
		n++
	}
	return
}

var n int

func main() {
	obs.Run(time.Millisecond, func(i int) {
		for j := 0; j < 4; j++ {
			n += len(first(strings.NewReader("GET /\nx")))
			n += scan(strings.NewReader("a\nb\nc"))
		}
		compress("hello")
	})
}
