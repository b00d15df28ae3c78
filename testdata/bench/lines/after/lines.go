// Package lines has functions that allocate little: `after` allocates more in each but the last.
package lines

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"sort"
	"strings"
)

type Size struct{ X, Y, Z int }

var (
	keptSize  *Size
	keptByte  *byte
	keptFunc  func() int
	keptArray *[4096]byte
	keptAny   any
	keptText  string
)

//go:noinline
func measure(size Size) int { return size.X + size.Y + size.Z }

//go:noinline
func area(size *Size) int { return size.X * size.Y }

//go:noinline
func length(text []byte) int { return len(text) }

//go:noinline
func run(f func() int) int { return f() }

func Boxing(size Size) int {
	var boxed any = size
	keptAny = boxed
	return measure(size)
}

func Moved(n int) int {
	total := 0
	for i := 0; i < n; i++ {
		size := Size{i, i, i}
		keptSize = &size
		total += area(&size)
	}
	return total
}

func Growth(n int) []int {
	list := []int{}
	for i := 0; i < n; i++ {
		list = append(list, i)
	}
	return list
}

func Closure(n int) int {
	count := n
	keptFunc = func() int { return count + 1 }
	return run(keptFunc)
}

func Conversion(text string) int {
	return length([]byte(text))
}

func Concatenation(text string) int {
	keptText = text + text
	return len(keptText)
}

func Map(n int) int {
	squares := make(map[int]int)
	for i := 0; i < n; i++ {
		squares[i] = i * i
	}
	return len(squares)
}

func Pointer(n int) int {
	size := newSize(n)
	return size.X
}

//go:noinline
func newSize(n int) *Size {
	return &Size{n, n, n}
}

func Array() int {
	var array [4096]byte
	keptArray = &array
	return len(array)
}

func Call(texts []string) string {
	return strings.Join(texts, ", ")
}

func Same(n int) []int {
	return make([]int, n)
}

func Small(n int) {
	for i := 0; i < n; i++ {
		b := new(byte)
		*b = byte(i)
		keptByte = b
	}
}

var (
	keptChannel chan Size
	keptList    []int
)

func Formatted(n int) string {
	return fmt.Sprintf("%0200d", n)
}

func Text(bytes []byte) string {
	keptText = string(bytes)
	return keptText
}

func Channel(n int) int {
	keptChannel = make(chan Size, 10)
	return cap(keptChannel) + n
}

//go:noinline
func largest(numbers ...*int) int { return *numbers[len(numbers)-1] }

func Variadic(numbers []*int) int {
	var all []*int
	all = append(all, numbers...)
	return largest(all...)
}

func (s Size) Sum() int { return s.X + s.Y + s.Z }

func MethodValue(size Size) int {
	keptFunc = size.Sum
	return run(keptFunc)
}

func Failed(n int) error {
	return errors.New("too large")
}

func Buffered(text string) int {
	var buffer bytes.Buffer
	buffer.WriteString(text)
	return buffer.Len()
}

func Sorted(list []int) int {
	sort.Sort(sort.Reverse(sort.IntSlice(list)))
	return list[0]
}

func Fields(text string) int {
	return len(strings.Split(text, " "))
}

func Large(n int) int {
	bytes := make([]byte, 1<<17)
	bytes[n] = 1
	return len(bytes)
}

func Copied(list []int) []int {
	keptList = append([]int(nil), list...)
	return keptList
}

func Compiled(text string) bool {
	return regexp.MustCompile("^a").MatchString(text)
}
