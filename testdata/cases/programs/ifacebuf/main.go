package main

// golang/go#16300: a small array that is read into through an interface; and its relatives.
import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"example.com/cases/obs"
)

type coded struct{ n int }

func (c *coded) Error() string { return "coded" }

type rec struct {
	Name string
	N    int
	L    [8]int
}

var out int

//go:noinline
func readLen(r io.Reader) uint32 {
	var scratch [64]byte
	io.ReadFull(r, scratch[:])
	return binary.BigEndian.Uint32(scratch[:])
}

//go:noinline
func writeLen(w io.Writer, n uint32) {
	var b [64]byte
	binary.BigEndian.PutUint32(b[:], n)
	w.Write(b[:])
}

//go:noinline
func unmarshal(p []byte) int {
	var v rec
	json.Unmarshal(p, &v)
	return v.N
}

//go:noinline
func as(err error) bool {
	var c *coded
	return errors.As(err, &c)
}

type node struct {
	next *node
	val  [6]int
}

//go:noinline
func chain(n int) (head *node) {
	for i := 0; i < n; i++ {
		head = &node{next: head}
	}
	return
}

//go:noinline
func each(n int, f func(int)) {
	for i := 0; i < n; i++ {
		f(i)
	}
}

var hook func(int)

//go:noinline
func counted() int {
	total := 0
	hook = func(i int) { total += i }
	each(3, hook)
	return total
}

//go:noinline
func table(n int) []map[string]int {
	t := make([]map[string]int, n)
	for i := range t {
		t[i] = map[string]int{"a": i}
	}
	return t
}

//go:noinline
func opt(set ...func(*rec)) *rec {
	r := &rec{}
	for _, f := range set {
		f(r)
	}
	return r
}

func with(n int) func(*rec) { return func(r *rec) { r.N = n } }

func main() {
	text := strings.Repeat("z", 64)
	p := []byte(`{"Name":"a","N":3}`)
	err := fmt.Errorf("x: %w", &coded{1})
	obs.Run(0, func(i int) {
		for j := 0; j < 300; j++ {
			out += int(readLen(strings.NewReader(text)))
			writeLen(io.Discard, uint32(j))
			out += unmarshal(p)
			if as(err) {
				out++
			}
			out += chain(4).val[0]
			out += counted()
			out += len(table(3))
			out += opt(with(j), with(i)).N
		}
		time.Sleep(time.Millisecond)
	})
}
