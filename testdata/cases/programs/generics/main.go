package main

// generics that box, any as a map's key, iterators that capture, reflect.
import (
	"fmt"
	"iter"
	"reflect"
	"time"

	"example.com/cases/obs"
)

type point struct{ x, y, z int }

func (p point) String() string { return "p" }

func Set[K any, V any](m map[any]any, k K, v V) { m[k] = v }

func Show[T fmt.Stringer](t T) int { return show(t) }

//go:noinline
func show(s fmt.Stringer) int { last = s; return len(s.String()) }

var last fmt.Stringer

func lookup(m map[any]int, id int64) int { return m[id] }

func fields(v any) int {
	r := reflect.ValueOf(v)
	n := 0
	for i := 0; i < r.NumField(); i++ {
		n += len(fmt.Sprint(r.Field(i).Interface()))
	}
	return n
}

type pub struct {
	A int
	B string
	C [8]int
}

func Filter[T any](s iter.Seq[T], keep func(T) bool) iter.Seq[T] {
	return func(yield func(T) bool) {
		for v := range s {
			if keep(v) && !yield(v) {
				return
			}
		}
	}
}

func Values[T any](s []T) iter.Seq[T] {
	return func(yield func(T) bool) {
		for _, v := range s {
			if !yield(v) {
				return
			}
		}
	}
}

//go:noinline
func pipeline(s []int, min int) iter.Seq[int] {
	return Filter(Values(s), func(v int) bool { return v > min })
}

var n int

func main() {
	m := map[any]int{int64(5): 1}
	mm := map[any]any{}
	s := make([]int, 10)
	obs.Run(time.Millisecond, func(i int) {
		for j := 0; j < 300; j++ {
			Set(mm, point{j, 0, 0}, point{1, 2, 3})
			n += Show(point{i, j, 0})
			n += lookup(m, int64(i*1000+j))
			n += fields(pub{A: i, B: "x"})
			for v := range pipeline(s, j) {
				n += v
			}
		}
	})
}
