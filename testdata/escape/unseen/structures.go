package main

import (
	"container/heap"
	"container/list"
	"fmt"
	"math/big"
	"reflect"
	"runtime"
	"sort"
	"time"
)

type tree struct {
	left, right *tree
	key         int
}

func (t *tree) insert(key int) *tree {
	if t == nil {
		return &tree{key: key} // want "&tree{...}" returned_pointer
	}
	if key < t.key {
		t.left = t.left.insert(key)
	} else {
		t.right = t.right.insert(key)
	}
	return t
}

func (t *tree) grow() {
	t.left = &tree{key: 1}             // want "&tree{...}" stored_in_heap
	t.right = new(tree)                // want "new(tree)" stored_in_heap
	*t = tree{left: &tree{key: t.key}} // want "&tree{...}" stored_in_heap
}

func perfect() *tree {
	return &tree{ // want "&tree{...}" returned_pointer
		left: &tree{key: 1}, // want "&tree{...}" stored_in_heap
		right: &tree{ // want "&tree{...}" stored_in_heap
			left: &tree{key: 2}, // want "&tree{...}" stored_in_heap
		},
	}
}

type matrix [300][300]float64

func zero() float64 {
	m := new(matrix) // want "new(matrix)" too_large
	return m[1][2]
}

func identityMatrix() *matrix {
	var m matrix // want>=1.24 "m" too_large // want<=1.23 "m" returned_pointer
	for i := range m {
		m[i][i] = 1
	}
	return &m
}

var cache = map[string][]int{} // want "map[string][]int{}" map_creation

func remember(key string, n int) {
	cache[key] = []int{n, n} // want "[]int{...}" container_element
}

func group(words []string) map[int][]string {
	groups := make(map[int][]string) // want "make(map[int][]string)" map_creation
	for _, word := range words {
		groups[len(word)] = append(groups[len(word)], word) // want>=1.25 "append" slice_growth
	}
	return groups
}

func index(users []user) map[int]*user {
	byID := make(map[int]*user, len(users)) // want "make(map[int]*user, len(users))" map_creation
	for i := range users {
		u := users[i] // want "u" container_element
		byID[u.ID] = &u
	}
	return byID
}

func queue(l *list.List, n int) {
	l.PushBack(n) // want "n" interface_boxing
}

type intHeap []int

func (h intHeap) Len() int           { return len(h) }
func (h intHeap) Less(i, j int) bool { return h[i] < h[j] }
func (h intHeap) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *intHeap) Push(x any)        { *h = append(*h, x.(int)) } // want>=1.25 "append" slice_growth
func (h *intHeap) Pop() any {
	old := *h
	x := old[len(old)-1]
	*h = old[:len(old)-1]
	return x // want "x" interface_boxing
}

func push(h *intHeap, n int) { heap.Push(h, n) } // want "n" interface_boxing

func sorted(users []user) {
	sort.Slice(users, func(i, j int) bool { return users[i].ID < users[j].ID }) // want "users" interface_boxing
}

type event struct {
	at   time.Time
	kind string
	data any
}

type bus struct {
	subscribers map[string][]func(event)
	events      chan event
	pointers    chan *event
}

func (b *bus) on(kind string, f func(event)) {
	b.subscribers[kind] = append(b.subscribers[kind], f) // want>=1.25 "append" slice_growth
}

func (b *bus) emit(n int) {
	b.events <- event{data: n} // want "n" interface_boxing
	e := event{kind: "x"}      // want "e" channel_send
	b.pointers <- &e
}

func (b *bus) count() *int {
	total := 0                         // want "total" closure_capture
	b.on("x", func(event) { total++ }) // want "func literal" escaping_closure
	return &total
}

func (b *bus) forward(to *bus) {
	b.on("x", to.take) // want "to.take" method_value
}

func (b *bus) take(e event) { b.events <- e }

type number interface{ ~int | ~float64 }

func sum[T number](xs []T) T {
	var total T
	for _, x := range xs {
		total += x
	}
	return total
}

func mapped[T, U any](xs []T, f func(T) U) []U {
	out := make([]U, 0, len(xs)) // want "make([]go.shape.string, 0, len(xs))" unknown_size
	for _, x := range xs {
		out = append(out, f(x))
	}
	return out
}

type stack[T any] struct{ items []T }

func (s *stack[T]) push(x T) { s.items = append(s.items, x) }

func pair[T any](a, b T) *[2]T { return &[2]T{a, b} }

func useGenerics(xs []int) {
	fmt.Println(sum(xs))
	mapped(xs, func(x int) string { return fmt.Sprint(x) }) // want "x" interface_boxing
	var s stack[*user]
	s.push(&user{}) // want "&user{}" container_element
	fmt.Println(*pair(1, 2))
}

type namer interface{ SetName(string, *user) }

func rename[N namer](n N) {
	u := user{} // want "u" type_parameter
	n.SetName("x", &u)
}

type nameA struct{ u *user }
type nameB struct{ u *user }

func (n *nameA) SetName(_ string, u *user) { n.u = u }
func (n *nameB) SetName(_ string, u *user) { n.u = u }

func renameAll() {
	rename(&nameA{})
	rename(&nameB{})
}

func factorial(n int64) *big.Int {
	result := big.NewInt(1)
	for i := int64(2); i <= n; i++ {
		result.Mul(result, big.NewInt(i))
	}
	return result
}

func kindOf(v any) reflect.Kind { return reflect.TypeOf(v).Kind() }

func setField(u *user, name string) {
	v := reflect.ValueOf(u).Elem()
	v.FieldByName("Name").Set(reflect.ValueOf(name))
}

func same(a, b user) bool { return reflect.DeepEqual(a, b) } // want "a" reflection // want "b" reflection

func minimum(xs []int) *int {
	var best *int
	for i := range xs {
		x := xs[i] // want "x" loop_variable
		if best == nil || x < *best {
			best = &x
		}
	}
	return best
}

func longest(words []string) int {
	var best *string
	for _, w := range words {
		c := w // want "c" loop_variable
		if best == nil || len(c) > len(*best) {
			best = &c
		}
	}
	return len(*best)
}

func tail(n int) int {
	var t *tree
	for i := 0; i < n; i++ {
		t = &tree{left: t, key: i} // want "&tree{...}" loop_variable
	}
	return t.key
}

type trace []uintptr

func callers() *trace {
	var pcs [32]uintptr // want "pcs" stored_in_heap
	n := runtime.Callers(2, pcs[:])
	var st trace = pcs[:n] // want "st" returned_pointer
	return &st
}

func describe(n int) string {
	switch {
	case n < 0:
		return "negative " + fmt.Sprint(-n) // want "\"negative \" + fmt.Sprint(... argument...)" concatenation // want "-n" interface_boxing
	default:
		return string(rune('a' + n)) // want>=1.22 "string(rune(97 + n))" string_conversion
	}
}

func hex(b []byte) []byte { return []byte(fmt.Sprintf("%x", b)) } // want "b" interface_boxing // want "([]byte)(fmt.Sprintf(\"%x\", ... argument...))" string_conversion

func checked(ok bool) {
	if !ok {
		panic(fmt.Sprintf("not ok: %v", ok)) // want "ok" interface_boxing
	}
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}

var registry = []*user{{Name: "root"}}

func register() { registry = append(registry, &user{Name: "x"}) } // want "&user{...}" container_element

type config struct {
	retries *int
	timeout *time.Duration
}

func defaults() config {
	retries := 3           // want "retries" returned_pointer
	timeout := time.Second // want "timeout" returned_pointer
	return config{retries: &retries, timeout: &timeout}
}

func ptr[T any](v T) *T { return &v } // want "v" returned_pointer

func optional() config { return config{retries: ptr(4)} } // want "v" returned_pointer

func runes(a, b rune) []rune { return list2(a, b) } // want "... argument" variadic_slice

func list2(s ...rune) []rune { return s }
