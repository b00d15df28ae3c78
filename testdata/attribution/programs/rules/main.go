// A small rule language: tokens, a tree, evaluation over records of any.
package main

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode"
)

type node interface {
	eval(env map[string]any) (any, error)
}

type (
	literal  struct{ value any }
	variable struct{ name string }
	binary   struct {
		op          string
		left, right node
	}
	call struct {
		name string
		args []node
	}
)

func (l *literal) eval(map[string]any) (any, error) { return l.value, nil }

func (v *variable) eval(env map[string]any) (any, error) {
	if x, ok := env[v.name]; ok {
		return x, nil
	}
	return nil, errors.New("unknown " + v.name) // reason: error_value concatenation
}

func (b *binary) eval(env map[string]any) (any, error) {
	l, err := b.left.eval(env)
	if err != nil {
		return nil, err
	}
	r, err := b.right.eval(env)
	if err != nil {
		return nil, err
	}
	switch x := l.(type) {
	case float64:
		y, ok := r.(float64)
		if !ok {
			return nil, fmt.Errorf("%s: %T is no number", b.op, r) // reason: error_value interface_boxing variadic_slice
		}
		switch b.op {
		case "+":
			return x + y, nil // reason: interface_boxing
		case "*":
			return x * y, nil // reason: interface_boxing
		case "<":
			return x < y, nil
		}
	case string:
		switch y := r.(type) {
		case string:
			return x + y, nil // reason: concatenation interface_boxing
		case float64:
			return strings.Repeat(x, int(y)%4), nil // reason: string_building interface_boxing buffer_growth
		}
	}
	return nil, fmt.Errorf("%s: bad operands", b.op) // reason: error_value interface_boxing variadic_slice
}

func (c *call) eval(env map[string]any) (any, error) {
	args := make([]any, len(c.args)) // reason: unknown_size
	for i, a := range c.args {
		v, err := a.eval(env)
		if err != nil {
			return nil, err
		}
		args[i] = v
	}
	f, ok := functions[c.name]
	if !ok {
		return nil, fmt.Errorf("no function %s", c.name) // reason: error_value interface_boxing variadic_slice
	}
	return f(args...)
}

var functions = map[string]func(...any) (any, error){
	"len":    func(args ...any) (any, error) { return float64(len(fmt.Sprint(args...))), nil }, // reason: interface_boxing formatting
	"upper":  func(args ...any) (any, error) { return strings.ToUpper(args[0].(string)), nil }, // reason: string_building interface_boxing buffer_growth
	"concat": concat,
}

func concat(args ...any) (any, error) {
	parts := make([]string, len(args)) // reason: unknown_size
	for i, a := range args {
		switch a := a.(type) {
		case string:
			parts[i] = a
		case float64:
			parts[i] = strconv.FormatFloat(a, 'g', -1, 64) // reason: formatting string_conversion
		}
	}
	return strings.Join(parts, "-"), nil // reason: string_building interface_boxing
}

type parser struct {
	tokens []string
	at     int
}

func tokenize(text string) []string {
	var out []string
	runes := []rune(text) // reason: string_conversion
	for i := 0; i < len(runes); {
		switch r := runes[i]; {
		case unicode.IsSpace(r):
			i++
		case unicode.IsLetter(r) || unicode.IsDigit(r) || r == '"':
			j := i + 1
			for j < len(runes) && (unicode.IsLetter(runes[j]) || unicode.IsDigit(runes[j]) || runes[j] == '"') {
				j++
			}
			out = append(out, string(runes[i:j])) // reason: slice_growth string_conversion
			i = j
		default:
			out = append(out, string(r)) // reason: slice_growth string_conversion
			i++
		}
	}
	return out
}

func (p *parser) peek() string {
	if p.at < len(p.tokens) {
		return p.tokens[p.at]
	}
	return ""
}

func (p *parser) take() string { t := p.peek(); p.at++; return t }

func (p *parser) expr() node {
	left := p.primary()
	for p.peek() == "+" || p.peek() == "*" || p.peek() == "<" {
		left = &binary{p.take(), left, p.primary()} // reason: stored_in_heap returned_pointer interface_boxing
	}
	return left
}

func (p *parser) primary() node {
	t := p.take()
	if n, err := strconv.ParseFloat(t, 64); err == nil { // reason: error_value string_building string_conversion formatting
		return &literal{n} // reason: returned_pointer interface_boxing
	}
	if strings.HasPrefix(t, `"`) {
		return &literal{strings.Trim(t, `"`)} // reason: returned_pointer interface_boxing
	}
	if p.peek() == "(" {
		p.take()
		c := &call{name: t} // reason: returned_pointer interface_boxing
		for p.peek() != ")" && p.peek() != "" {
			c.args = append(c.args, p.expr()) // reason: slice_growth
			if p.peek() == "," {
				p.take()
			}
		}
		p.take()
		return c
	}
	return &variable{t} // reason: returned_pointer interface_boxing
}

func parse(text string) node { return (&parser{tokens: tokenize(text)}).expr() }

var answers = map[string][]any{}

func main() {
	sources := []string{
		`price * quantity + 3`, `"item" + name`, `concat(name, price, "x" + name)`, `upper(name) + "!"`,
		`len(name, price) < 12`, `name + 2`, `missing + 1`, `price + name`,
	}
	for i := 0; i < 500; i++ {
		env := map[string]any{"price": float64(i) * 1.1, "quantity": float64(i % 7), "name": "n" + strconv.Itoa(i)} // reason: map_creation map_growth interface_boxing concatenation formatting
		for _, s := range sources {
			v, err := parse(s).eval(env)
			if err != nil {
				v = err
			}
			answers[s] = append(answers[s], v) // reason: slice_growth map_growth
		}
	}
	writeProfile()
}
