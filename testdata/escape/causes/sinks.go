// Package main holds small functions that each make something go to the heap. The comment behind a line says what the
// compiler names there and why it goes to the heap, as a Go programmer would put it:
//
//	// want "SUBJECT" CAUSE
//	// want>=1.25 "SUBJECT" CAUSE
package main

import (
	"fmt"
	"io"
)

type point struct{ x, y int }

func (p point) area() int                  { return p.x * p.y }
func (p *point) move(d int)                { p.x += d }
func (p point) String() string             { return fmt.Sprint(p.x) } // want "p.x" interface_boxing
func (p *point) Write([]byte) (int, error) { return 0, nil }

type node struct {
	next *node
	val  *int
	name string
	buf  []byte
}

type color int

type shaper interface{ area() int }

var (
	anySink    any
	intSink    *int
	pointSink  *point
	nodeSink   *node
	funcSink   func()
	intFunc    func() int
	bytesSink  []byte
	stringSink string
	errSink    error
	points     []*point
	anys       []any
	byName     = map[string]*point{}  // want "map[string]*point{}" map_creation
	byPoint    = make(map[*point]int) // want "make(map[*point]int)" map_creation
	table      [8]*point
	pointChan  = make(chan *point, 8)
	anyChan    = make(chan any, 8)
	hook       func(*point)
	writer     io.Writer
	shape      shaper
	stringer   fmt.Stringer
)

type handler struct {
	fn  func(*point)
	out io.Writer
	ps  []*point
	p   *point
	any any
}

func main() {}
