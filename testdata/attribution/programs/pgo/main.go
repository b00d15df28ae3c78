// A small expression evaluator, hot enough that a profile changes what is inlined.
package main

import (
	"errors"
	"fmt"
	"os"
	"runtime/pprof"
	"strconv"
	"strings"
)

type kind int

const (
	number kind = iota
	operator
	open
	closing
)

type token struct {
	kind kind
	text string
	at   int
}

type node interface {
	eval(env *environment) (value, error)
}

type value struct {
	number float64
	text   string
}

type environment struct {
	names map[string]value
	trace []string
	depth int
}

type literal struct{ number float64 }

type binary struct {
	operator    byte
	left, right node
}

type variable struct{ name string }

func (l *literal) eval(*environment) (value, error) { return value{number: l.number}, nil }

func (v *variable) eval(env *environment) (value, error) {
	found, ok := env.names[v.name]
	if !ok {
		return value{}, errors.New("unknown " + v.name) // reason: error_value concatenation returned_pointer
	}
	return found, nil
}

func (b *binary) eval(env *environment) (value, error) {
	env.depth++
	left, err := b.left.eval(env)
	if err != nil {
		return value{}, fmt.Errorf("left of %c: %w", b.operator, err) // reason: error_value interface_boxing
	}
	right, err := b.right.eval(env)
	if err != nil {
		return value{}, err
	}
	env.depth--
	if len(env.trace) < 64 {
		env.trace = append(env.trace, b.describe(left, right)) // reason: slice_growth concatenation formatting
	}
	switch b.operator {
	case '+':
		return value{number: left.number + right.number}, nil
	case '-':
		return value{number: left.number - right.number}, nil
	case '*':
		return value{number: left.number * right.number}, nil
	}
	return value{}, fmt.Errorf("operator %c", b.operator) // reason: error_value interface_boxing
}

func (b *binary) describe(left, right value) string {
	return strconv.FormatFloat(left.number, 'g', 4, 64) + string(b.operator) + strconv.FormatFloat(right.number, 'g', 4, 64) // reason: concatenation formatting string_conversion
}

type lexer struct {
	text string
	at   int
}

func (l *lexer) all() []token {
	var tokens []token
	for {
		t, ok := l.next()
		if !ok {
			return tokens
		}
		tokens = append(tokens, t) // reason: slice_growth
	}
}

func (l *lexer) next() (token, bool) {
	for l.at < len(l.text) && l.text[l.at] == ' ' {
		l.at++
	}
	if l.at >= len(l.text) {
		return token{}, false
	}
	start := l.at
	switch c := l.text[l.at]; {
	case c == '(':
		l.at++
		return token{open, "(", start}, true
	case c == ')':
		l.at++
		return token{closing, ")", start}, true
	case strings.IndexByte("+-*", c) >= 0:
		l.at++
		return token{operator, string(c), start}, true // reason: string_conversion
	}
	for l.at < len(l.text) && strings.IndexByte(" ()+-*", l.text[l.at]) < 0 {
		l.at++
	}
	return token{number, strings.Clone(l.text[start:l.at]), start}, true // reason: copy string_building string_conversion unknown_size
}

type parser struct {
	tokens []token
	at     int
}

func (p *parser) expression() node {
	left := p.operand()
	for p.at < len(p.tokens) && p.tokens[p.at].kind == operator {
		op := p.tokens[p.at].text[0]
		p.at++
		left = &binary{op, left, p.operand()} // reason: interface_boxing returned_pointer unknown_callee loop_variable
	}
	return left
}

func (p *parser) operand() node {
	t := p.tokens[p.at]
	p.at++
	if t.kind == open {
		inner := p.expression()
		p.at++
		return inner
	}
	if n, err := strconv.ParseFloat(t.text, 64); err == nil { // reason: error_value formatting string_building string_conversion returned_pointer
		return &literal{n} // reason: interface_boxing returned_pointer stored_in_heap unknown_callee
	}
	return &variable{t.text} // reason: interface_boxing returned_pointer stored_in_heap unknown_callee
}

func newEnvironment(size int) *environment {
	env := &environment{names: make(map[string]value, size)} // reason: returned_pointer map_creation
	for i := 0; i < size; i++ {
		env.names["x"+strconv.Itoa(i)] = value{number: float64(i)} // reason: map_growth concatenation formatting
	}
	return env
}

func run(text string, rounds int) (sum float64) {
	for i := 0; i < rounds; i++ {
		env := newEnvironment(9) // reason: returned_pointer map_creation
		l := &lexer{text: text}
		p := &parser{tokens: l.all()}
		got, err := p.expression().eval(env)
		if err != nil {
			panic(err)
		}
		sum += got.number
	}
	return sum
}

func main() {
	text := strings.Repeat("(x1 + 2.5) * (x3 - x4 * 7) + ", 12) + "x2" // reason: string_building concatenation buffer_growth
	rounds := 300
	if path := os.Getenv("CPU_PROFILE"); path != "" {
		rounds = 30_000
		file, _ := os.Create(path)
		_ = pprof.StartCPUProfile(file)
		run(text, rounds)
		pprof.StopCPUProfile()
		file.Close()
		return
	}
	result = run(text, rounds)
	writeProfile()
}

var result float64
