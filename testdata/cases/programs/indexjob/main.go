// A job that builds an index of documents, writes it, and is done.
package main

import (
	"fmt"
	"io"
	"strings"
	"time"

	"example.com/cases/obs"
)

type index struct {
	postings map[string][]int32
	names    []string
}

func (x *index) add(id int32, name, text string) {
	x.names = append(x.names, strings.Clone(name))
	for word := range strings.FieldsSeq(text) {
		x.postings[word] = append(x.postings[word], id)
	}
}

func (x *index) write(w io.Writer) {
	for word, ids := range x.postings {
		fmt.Fprintln(w, word, len(ids))
	}
}

func main() {
	x := &index{postings: map[string][]int32{}}
	id := int32(0)
	obs.Run(time.Millisecond, func(n int) {
		for range 8 {
			id++
			text := fmt.Sprintf("w%d x%d y%d z%d of document %d", id%5003, id%70001, id%9001, id, id%11)
			x.add(id, fmt.Sprintf("/archive/%d/%d.txt", id%97, id), text)
		}
	})
	x.write(io.Discard)
}
