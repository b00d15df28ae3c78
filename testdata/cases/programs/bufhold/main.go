// Reports are rendered, and their first line is shown in a list.
package main

import (
	"bytes"
	"fmt"
	"time"

	"example.com/cases/obs"
)

var titles = map[int][]byte{}

func render(id int) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "Report %d\n", id)
	for i := 0; i < 400; i++ {
		fmt.Fprintf(&b, "line %d of report %d: %d\n", i, id, i*id)
	}
	return b.Bytes()
}

func show(id int) {
	report := render(id)
	end := bytes.IndexByte(report, '\n')
	titles[id] = report[:end]
}

func main() {
	obs.Run(4*time.Millisecond, func(i int) { show(i) })
}
