// A tree of generic nodes, matrices, text and an interpreter.
package main

import (
	"fmt"
	"strings"
)

type tree[K int | string, V any] struct {
	root *branch[K, V]
	path []*branch[K, V]
}

type branch[K int | string, V any] struct {
	key         K
	value       V
	left, right *branch[K, V]
}

func (t *tree[K, V]) insert(key K, value V) {
	at := &t.root
	t.path = t.path[:0]
	for *at != nil {
		t.path = append(t.path, *at) // reason: slice_growth
		if key < (*at).key {
			at = &(*at).left
		} else {
			at = &(*at).right
		}
	}
	*at = &branch[K, V]{key: key, value: value} // reason: stored_in_heap
}

type matrix struct {
	rows [][]float64
	name string
}

func newMatrix(n int) *matrix {
	m := &matrix{rows: make([][]float64, n)} // reason: returned_pointer unknown_size
	for i := range m.rows {
		m.rows[i] = make([]float64, n) // reason: unknown_size
	}
	return m
}

type value interface {
	eval(env map[string]value) value
}

type number float64

type add struct{ a, b value }

func (n number) eval(map[string]value) value { return n } // reason: interface_boxing

func (e add) eval(env map[string]value) value {
	return e.a.eval(env).(number) + e.b.eval(env).(number) // reason: interface_boxing
}

type stringer struct{ parts [4]string }

func (s stringer) String() string { return strings.Join(s.parts[:], " ") } // reason: string_building buffer_growth

var (
	byInt  tree[int, string]
	byText tree[string, [4]int]
	m      *matrix
	out    value
	text   string
	stack  [][2]int
	bits   []bool
	cache  map[[2]int]string
)

func main() {
	for i := 0; i < 700; i++ {
		key := i * 7919 % 1009
		byInt.insert(key, "v")                  // reason: stored_in_heap slice_growth
		byText.insert(spell(key), [4]int{i})    // reason: stored_in_heap slice_growth
		stack = append(stack, [2]int{i, key})   // reason: slice_growth
		bits = append(bits, i%3 == 0, i%5 == 0) // reason: slice_growth
	}
	for i := 0; i < 20; i++ {
		m = newMatrix(30 + i)                        // reason: returned_pointer unknown_size
		m.name = fmt.Sprint("m", i*1000, stringer{}) // reason: formatting interface_boxing variadic_slice
	}
	cache = map[[2]int]string{} // reason: map_creation
	env := map[string]value{} // reason: map_creation
	for i := 0; i < 300; i++ {
		out = add{number(i), add{number(2.5), number(i)}}.eval(env) // reason: interface_boxing
		cache[[2]int{i, i + 1}] = text                              // reason: map_growth
	}
	text = strings.Map(func(r rune) rune { return r + 1 }, strings.Repeat("xyz", 999)) // reason: string_building buffer_growth
	for _, field := range strings.Fields(text + " and more " + text) {                 // reason: string_building unknown_size concatenation
		text = field
	}
	writeProfile()
}

//go:noinline
func spell(n int) string {
	var b strings.Builder
	b.Grow(16) // reason: buffer_growth unknown_size
	for n > 0 {
		b.WriteByte(byte('0' + n%10))
		n /= 10
	}
	return b.String()
}
