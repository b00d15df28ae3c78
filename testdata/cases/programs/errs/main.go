package main

// Error values with a text that is put together, and errors.As.

import (
	"errors"
	"example.com/cases/obs"
	"strconv"
	"time"
)

type notFound struct {
	key  string
	code int
}

func (e *notFound) Error() string { return "not found: " + e.key + " " + strconv.Itoa(e.code) }
func find(k string, i int) error {
	if i%3 == 0 {
		return &notFound{k, i}
	}
	return errors.New("bad " + k)
}
func is(err error) bool { var nf *notFound; return errors.As(err, &nf) && len(nf.Error()) > 3 }

var n int

func main() {
	obs.Run(time.Millisecond, func(i int) {
		for j := 0; j < 800; j++ {
			if is(find("some-key", j)) {
				n++
			}
		}
	})
}
