// A lexer, a parser with an arena, symbol tables and messages.
package main

import (
	"fmt"
	"sort"
	"strconv"
	"strings"
)

type kind int

type token struct {
	kind kind
	text string
	line int
}

type node interface{ String() string }

type literal struct{ value float64 }

type binary struct {
	op          byte
	left, right node
}

type scope struct {
	parent *scope
	names  map[string]node
}

func (l literal) String() string { return strconv.FormatFloat(l.value, 'g', -1, 64) } // reason: formatting

func (b *binary) String() string {
	return "(" + b.left.String() + string(b.op) + b.right.String() + ")" // reason: concatenation formatting string_conversion
}

func (s *scope) define(name string, n node) {
	if s.names == nil {
		s.names = make(map[string]node) // reason: map_creation
	}
	s.names[name] = n // reason: map_growth
}

type lexer struct {
	input  []rune
	tokens []token
	errors []error
}

func newLexer(text string) *lexer {
	return &lexer{input: []rune(text)} // reason: returned_pointer string_conversion stored_in_heap
}

func (l *lexer) run() []token {
	for at := 0; at < len(l.input); {
		begin := at
		for at < len(l.input) && l.input[at] != ' ' {
			at++
		}
		if begin == at {
			at++
			continue
		}
		l.emit(1, string(l.input[begin:at]), begin) // reason: string_conversion slice_growth
	}
	if len(l.tokens)%2 == 0 {
		l.errors = append(l.errors, fmt.Errorf("line %d: odd", len(l.input))) // reason: slice_growth error_value formatting interface_boxing variadic_slice
	}
	return l.tokens
}

func (l *lexer) emit(k kind, text string, line int) {
	l.tokens = append(l.tokens, token{k, text, line}) // reason: slice_growth
}

var (
	trees  []node
	global = &scope{} // reason: stored_in_heap
	dump   string
	lines  []string
	sorted []string
)

func main() {
	source := "1 + 22 + 333 + 4444 + x + yy"
	for i := 0; i < 300; i++ {
		tokens := newLexer(source + strconv.Itoa(i)).run() // reason: concatenation formatting returned_pointer string_conversion stored_in_heap slice_growth
		var tree node
		for _, t := range tokens {
			n := parse(t)
			if tree == nil {
				tree = n
				continue
			}
			tree = &binary{'+', tree, n} // reason: container_element stored_in_heap interface_boxing
		}
		trees = append(trees, tree) // reason: slice_growth
		inner := &scope{parent: global}
		inner.define("t"+strconv.Itoa(i%10), tree)      // reason: concatenation map_creation map_growth formatting
		global.define(tokens[len(tokens)-1].text, tree) // reason: map_growth map_creation
		dump = tree.String()
		lines = append(lines, dump) // reason: slice_growth
	}
	sorted = append([]string(nil), lines...) // reason: copy slice_growth
	sort.Strings(sorted)                     // reason: interface_boxing library
	var out strings.Builder
	for _, line := range sorted {
		out.WriteString(line) // reason: buffer_growth
	}
	dump = out.String()
	writeProfile()
}

//go:noinline
func parse(t token) node {
	value, err := strconv.ParseFloat(t.text, 64) // reason: formatting error_value string_conversion string_building
	if err != nil {
		value = float64(len(t.text))
	}
	return literal{value} // reason: interface_boxing
}
