package main

// kind: statements over several lines: the profile has one line, the compiler another.
import (
	"fmt"
	"strings"
	"time"

	"example.com/cases/obs"
)

type leaf struct{ v [12]int }
type branch struct {
	left  *leaf
	right *leaf
	name  string
	tags  []string
}

type builder struct{ parts []string }

func (b *builder) add(s string) *builder { b.parts = append(b.parts, s); return b }

var keep any
var text string

//go:noinline
func literal(n int) *branch {
	return &branch{
		left: &leaf{
			v: [12]int{n},
		},
		right: &leaf{},
		name:  "x",
		tags: []string{
			"a",
			"b",
			"c",
			text,
		},
	}
}

//go:noinline
func sprintf(name string, n int) string {
	return fmt.Sprintf(
		"%s has %d of %v",
		name,
		n+100000,
		strings.Repeat(
			name,
			20,
		),
	)
}

//go:noinline
func chain() int {
	b := &builder{}
	b.
		add("one").
		add("two").
		add("three")
	keep = b
	return len(b.parts)
}

//go:noinline
func concat(a, b string) string {
	return a +
		"-" +
		b +
		"-" +
		a
}

//go:noinline
func closure(n int) {
	buf := make(
		[]int,
		40,
	)
	keep = func() int {
		buf[0] = n
		return n
	}
}

func main() {
	obs.Run(0, func(i int) {
		for j := 0; j < 300; j++ {
			keep = literal(j)
			text = sprintf("alpha", j)
			chain()
			text = concat(text[:8], "beta gamma delta epsilon zeta eta theta iota")
			closure(j)
		}
		time.Sleep(time.Millisecond)
	})
}
