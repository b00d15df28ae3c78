// Patterns that make memory go to the heap, one a function. ../capture.sh compiles it with -m=2.
package main

import (
	"fmt"
	"sync"
)

type point struct{ x, y int }

type shape interface{ area() int }

func (p point) area() int { return p.x * p.y }

var (
	sink   any
	kept   *point
	points []*point
	pool   sync.Pool
	queue  = make(chan *point, 1)
)

func boxing(n int) { sink = n }

func boxingConstant() { sink = "constant" }

func boxingStruct(p point) shape { return p }

func returnsPointer() *point { return &point{1, 2} }

func movesParameter(p point) *point { return &p }

func stores() { kept = &point{3, 4} }

func element() { points = append(points, &point{5, 6}) }

func sends() { queue <- &point{7, 8} }

func tooLarge() []byte {
	buffer := make([]byte, 100_000)
	return buffer
}

func unknownSize(n int) []byte { return make([]byte, n) }

func capture() func() int {
	count := 0
	return func() int { count++; return count }
}

func captureByValue(n int) func() int { return func() int { return n } }

func goroutine(done chan bool) { go func() { done <- true }() }

func poolByValue(buffer []byte) { pool.Put(buffer) }

func poolByPointer(buffer *[]byte) { pool.Put(buffer) }

func formats(tenant string, n int) string { return fmt.Sprintf("%s/%d", tenant, n) }

func converts(b []byte) string { return string(b) }

func concatenates(a, b string) string { return a + " + " + b }

func makesMap() map[string]int { return map[string]int{"escapes to heap": 1} }

func methodValue(p *point) func() int { return p.area }

func generic[T any](v T) *T { return &v }

func raw() { sink = `x.go:1:2: y escapes to heap
moved to heap: z` }

func stays() int {
	p := &point{9, 10}
	return p.area()
}

func main() {
	boxing(1000)
	boxingConstant()
	fmt.Println(boxingStruct(point{}), returnsPointer(), movesParameter(point{}), stays())
	stores()
	element()
	sends()
	fmt.Println(len(tooLarge()), len(unknownSize(3)), capture()(), captureByValue(2)())
	goroutine(make(chan bool, 1))
	poolByValue(nil)
	poolByPointer(nil)
	fmt.Println(formats("a", 1), converts(nil), concatenates("a", "b"), makesMap(), methodValue(&point{})())
	fmt.Println(*generic(1), *generic("a"))
	raw()
}
