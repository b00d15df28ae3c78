package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"reflect"
	"sync/atomic"
	"unsafe"
)

//go:noinline
func keep(p *point) { pointSink = p }

//go:noinline
func keepNext(p *point) { keep(p) }

//go:noinline
func keepMany(ps ...*point) { points = ps }

func (h *handler) keep(p *point) { h.p = p }

//go:noinline
func (h *handler) hold(p *point) { h.p = p }

func passVariable()          { var p point; keep(&p) }                    // want "p" leaking_callee
func passLiteral()           { keep(&point{x: 1}) }                       // want "&point{...}" leaking_callee
func passOn()                { p := &point{}; keepNext(p) }               // want "&point{}" leaking_callee
func passMethod(h *handler)  { h.hold(&point{}) }                         // want "&point{}" leaking_callee
func passVariadic()          { keepMany(&point{}) }                       // want "&point{}" leaking_callee // want "... argument" variadic_slice
func passFlag()              { var p point; fmt.Sscan("1", &p.x) }        // want "p" leaking_callee
func passBuffer(r io.Reader) { b := make([]byte, 16); io.ReadFull(r, b) } // want "make([]byte, 16)" leaking_callee
func passScanner()           { var n int; fmt.Sscanf("1", "%d", &n) }     // want "n" leaking_callee
func passAs(err error)       { var e *os.PathError; errors.As(err, &e) }  // want "e" leaking_callee

func passFunction()                           { p := point{}; hook(&p) }                 // want "p" unknown_callee
func passFunctionParam(f func(*point))        { f(&point{}) }                            // want "&point{}" unknown_callee
func passField(h *handler)                    { var p point; h.fn(&p) }                  // want "p" unknown_callee
func passWriter()                             { b := make([]byte, 10); writer.Write(b) } // want "make([]byte, 10)" unknown_callee
func passWriterParam(w io.Writer)             { w.Write([]byte{1, 2}) }                  // want "[]byte{...}" unknown_callee
func passWriterField(h *handler)              { var a [8]byte; h.out.Write(a[:]) }       // want "a" unknown_callee
func passMapFunction(m map[string]func(*int)) { var n int; m["x"](&n) }                  // want "n" unknown_callee
func passReader(r io.Reader) byte {
	var one [1]byte // want "one" unknown_callee
	r.Read(one[:])
	return one[0]
}

type visitor interface{ visit(*node) }

func passVisitor(v visitor) { v.visit(&node{}) } // want "&node{}" unknown_callee

func showAll[T fmt.Stringer](v T) string { return v.String() }

type label struct{ text string }

func (l *label) String() string { return l.text }

type tag struct{ text string }

func (t *tag) String() string { return t.text }
func (t *tag) add(p *point)   { pointSink = p }

type adder interface{ add(*point) }

//go:noinline
func addTo[T adder](to T) { to.add(&point{}) } // want "&point{}" type_parameter

func callGeneric() string { return showAll(&label{"x"}) + showAll(&tag{"y"}) } // want "&label{...}" type_parameter // want "&tag{...}" type_parameter
func callAdd()            { t := &tag{}; addTo(t) }                            // want "&tag{}" leaking_callee

func reflectValue(p point) reflect.Value { return reflect.ValueOf(&p).Elem() } // want "p" returned_pointer
func reflectEqual(a, b point) bool       { return reflect.DeepEqual(a, b) }    // want "a" reflection // want "b" reflection
func reflectCopy(dst []int)              { var src [4]int; reflect.Copy(reflect.ValueOf(dst), reflect.ValueOf(src)) }
func reflectAppend(n int) reflect.Value {
	v := reflect.ValueOf(points)
	return reflect.Append(v, reflect.ValueOf(&n))
}

func encode(w io.Writer, p point) error { return json.NewEncoder(w).Encode(p) } // want "p" interface_boxing
func decode(b []byte) error {
	var p point // want "p" leaking_callee
	return json.Unmarshal(b, &p)
}

func storeAtomic(n int) { var p atomic.Pointer[point]; p.Store(&point{}) }                    // want "&point{}" leaking_callee
func storeUnsafe()      { var p point; atomic.StorePointer(&unsafeSink, unsafe.Pointer(&p)) } // want "p" leaking_callee

var unsafeSink unsafe.Pointer

func buffered() *bufio.Writer { return bufio.NewWriterSize(os.Stdout, 16) }
func grown(b *bytes.Buffer)   { b.Grow(10) }
