package main

// bytes.Buffer growth and io.ReadAll.
import (
	"bytes"
	"io"
	"strings"
	"time"

	"example.com/cases/obs"
)

var text = strings.Repeat("line of text\n", 20000)
var total int

func slurp() []byte { b, _ := io.ReadAll(io.LimitReader(strings.NewReader(text), 1<<20)); return b }
func buffer() []byte {
	var b bytes.Buffer
	io.Copy(&b, io.LimitReader(strings.NewReader(text), 1<<20))
	return b.Bytes()
}

func main() {
	obs.Run(5*time.Millisecond, func(i int) { total += len(slurp()); total += len(buffer()) })
}
