package main

import (
	"fmt"
	"strings"
)

func largeArray() byte    { var a [11 << 20]byte; fill(a[:]); return a[0] }  // want "a" too_large
func largeMake() byte     { b := make([]byte, 1<<17); return b[0] }          // want "make([]byte, *" too_large
func largeNew() byte      { p := new([1 << 17]byte); return p[1] }           // want "new([131072]byte)" too_large
func largeLiteral() int   { p := &[20000]int{1}; return p[3] }               // want "&[20000]int{...}" too_large
func largeVariable() byte { b := make([]byte, 65537); fill(b); return b[0] } // want "make([]byte, *" too_large

//go:noinline
func fill(b []byte) {
	for i := range b {
		b[i] = 1
	}
}

func sizedReturned(n int) []byte    { return make([]byte, n) }                          // want "make([]byte, n)" unknown_size
func sizedStored(n int)             { bytesSink = make([]byte, n) }                     // want "make([]byte, n)" unknown_size
func sizedCapacity(n int) []int     { return make([]int, 0, n) }                        // want "make([]int, 0, n)" unknown_size
func sizedByLength(s string) []byte { b := make([]byte, len(s)); copy(b, s); return b } // want "make([]byte, len(s))" unknown_size
func sizedLocal(n int) byte         { b := make([]byte, n); fill(b); return b[0] }      // want<=1.24 "make([]byte, n)" unknown_size
func sizedMatrix(n int) [][]int     { return make([][]int, n*n) }                       // want "make([][]int, n * n)" unknown_size
func sizedPassed(n int)             { writer.Write(make([]byte, n)) }                   // want "make([]byte, n)" unknown_size

func growGlobal(p *point)         { points = append(points, p) } // want>=1.25 "append" slice_growth
func growReturned(xs []int) []int { return append(xs, 1) }       // want>=1.25 "append" slice_growth
func growField(n *node, b byte)   { n.buf = append(n.buf, b) }   // want>=1.25 "append" slice_growth
func growAll(a, b []byte) []byte  { return append(a, b...) }     // want>=1.25 "append" slice_growth

func bytesToString(b []byte)                { stringSink = string(b) }  // want "string(b)" string_conversion
func bytesToStringReturned(b []byte) string { return string(b) }        // want "string(b)" string_conversion
func stringToBytes(s string)                { bytesSink = []byte(s) }   // want "([]byte)(s)" string_conversion
func stringToBytesWritten(s string)         { writer.Write([]byte(s)) } // want "([]byte)(s)" string_conversion
func stringToRunes(s string) []rune         { return []rune(s) }        // want "([]rune)(s)" string_conversion
func runesToString(r []rune) string         { return string(r) }        // want "string(r)" string_conversion
func bytesKey(m map[string]int, b []byte)   { m[string(b)] = 1 }        // want "string(b)" string_conversion
func bytesPrinted(b []byte)                 { fmt.Println(string(b)) }  // want "string(b)" string_conversion
func partToString(b []byte) string          { return string(b[1:3]) }   // want "string(b[1:3])" string_conversion

func concat(a, b string) string               { return a + b }                 // want "a + b" concatenation
func concatStored(a string)                   { stringSink = "prefix-" + a }   // want "\"prefix-\" + a" concatenation
func concatMany(a, b, c string) string        { return a + "/" + b + "/" + c } // want "a + \"/\" + b + \"/\" + c" concatenation
func concatKey(m map[string]int, a, b string) { m[a+":"+b] = 1 }               // want "a + \":\" + b" concatenation
func concatPrinted(a, b string)               { fmt.Println("x" + a + b) }     // want "\"x\" + a + b" concatenation
func concatLoop(parts []string) string {
	s := ""
	for _, part := range parts {
		s += part
	}
	return s
}
func upper(s string) string { return strings.ToUpper(s) }

func makeMap() map[string]int        { return make(map[string]int) }      // want "make(map[string]int)" map_creation
func makeMapSized(n int) map[int]int { return make(map[int]int, n) }      // want "make(map[int]int, n)" map_creation
func literalMap()                    { anySink = map[string]int{"a": 1} } // want "map[string]int{...}" map_creation
func emptyMap() map[string]bool      { return map[string]bool{} }         // want "map[string]bool{}" map_creation

type set map[string]struct{}

func namedMap() set                      { return make(set) }                                  // want "make(set)" map_creation
func fieldMap() *struct{ m map[int]int } { return &struct{ m map[int]int }{m: map[int]int{}} } // want "map[int]int{}" map_creation

func variadicReturned(a, b int) []int { return collect(a, b) } // want "... argument" variadic_slice
func variadicStored(a any)            { store(a, a) }          // want "... argument" variadic_slice

func variadicPrinted(h *handler, n int) { fmt.Fprintln(h.out, n) } // want "n" interface_boxing

//go:noinline
func collect(xs ...int) []int { return xs }

//go:noinline
func store(xs ...any) { anys = xs }
