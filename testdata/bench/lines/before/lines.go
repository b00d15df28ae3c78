// Package lines has functions that allocate little: `after` allocates more in each but the last.
package lines

import (
	"errors"
	"slices"
	"strings"
)

type Size struct{ X, Y, Z int }

var (
	keptSize  *Size
	keptByte  *byte
	keptFunc  func() int
	keptArray *[4096]byte
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
	return measure(size)
}

func Moved(n int) int {
	total := 0
	for i := 0; i < n; i++ {
		size := Size{i, i, i}
		total += area(&size)
	}
	return total
}

func Growth(n int) []int {
	list := make([]int, 0, 40)
	for i := 0; i < n; i++ {
		list = append(list, i)
	}
	return list
}

func Closure(n int) int {
	count := n
	return run(func() int { return count + 1 })
}

func Conversion(text string) int {
	return len(text)
}

func Concatenation(text string) int {
	return len(text) + len(text)
}

func Map(n int) int {
	total := 0
	for i := 0; i < n; i++ {
		total += i
	}
	return total
}

func Pointer(n int) int {
	size := newSize(n)
	return size.X
}

func newSize(n int) Size {
	return Size{n, n, n}
}

func Array() int {
	var array [4096]byte
	return len(array)
}

func Call(texts []string) string {
	return texts[0]
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

var large [1 << 17]byte

var text = strings.Repeat("a text ", 40)

var errFixed = errors.New("none")

func Formatted(n int) string {
	return text[:n]
}

func Text(bytes []byte) string {
	return text[:len(bytes)%2]
}

func Channel(n int) int {
	return n
}

//go:noinline
func largest(numbers ...*int) int { return *numbers[len(numbers)-1] }

func Variadic(numbers []*int) int {
	return largest(numbers...)
}

func (s Size) Sum() int { return s.X + s.Y + s.Z }

func MethodValue(size Size) int {
	return size.Sum()
}

func Failed(n int) error {
	return errFixed
}

func Buffered(text string) int {
	return len(text)
}

func Sorted(list []int) int {
	slices.Sort(list)
	return list[0]
}

func Fields(text string) int {
	return strings.IndexByte(text, ' ')
}

func Large(n int) int {
	large[n] = 1
	return len(large)
}

func Copied(list []int) []int {
	return list
}

func Compiled(text string) bool {
	return strings.HasPrefix(text, "a")
}
