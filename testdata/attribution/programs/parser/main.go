// A parser by combinators, with closures over generics, and a printer by interface.
package main

import (
	"errors"
	"fmt"
	"os"
	"strings"
)

type state struct {
	text string
	at   int
}

type parser[T any] func(state) (T, state, error)

var errNoMatch = errors.New("no match")

type syntaxError struct {
	at   int
	want string
}

func (e *syntaxError) Error() string { return fmt.Sprintf("at %d: want %s", e.at, e.want) } // reason: formatting interface_boxing variadic_slice

func token(want string) parser[string] {
	return func(s state) (string, state, error) { // reason: escaping_closure returned_pointer
		for s.at < len(s.text) && s.text[s.at] == ' ' {
			s.at++
		}
		if !strings.HasPrefix(s.text[s.at:], want) {
			return "", s, &syntaxError{s.at, want} // reason: returned_pointer interface_boxing
		}
		s.at += len(want)
		return want, s, nil
	}
}

func word(s state) (string, state, error) {
	for s.at < len(s.text) && s.text[s.at] == ' ' {
		s.at++
	}
	end := s.at
	for end < len(s.text) && s.text[end] >= 'a' && s.text[end] <= 'z' {
		end++
	}
	if end == s.at {
		return "", s, errNoMatch
	}
	return s.text[s.at:end], state{s.text, end}, nil
}

func many[T any](p parser[T]) parser[[]T] {
	return func(s state) ([]T, state, error) { // reason: escaping_closure returned_pointer
		var all []T
		for {
			v, next, err := p(s)
			if err != nil {
				return all, s, nil
			}
			all = append(all, v) // reason: slice_growth
			s = next
		}
	}
}

func either[T any](ps ...parser[T]) parser[T] {
	return func(s state) (T, state, error) { // reason: escaping_closure returned_pointer
		var failed []error
		for _, p := range ps {
			v, next, err := p(s)
			if err == nil {
				return v, next, nil
			}
			failed = append(failed, err) // reason: slice_growth
		}
		var zero T
		return zero, s, errors.Join(failed...) // reason: error_value
	}
}

func mapped[A, B any](p parser[A], f func(A) B) parser[B] {
	return func(s state) (B, state, error) { // reason: escaping_closure returned_pointer
		v, next, err := p(s)
		if err != nil {
			var zero B
			return zero, s, err
		}
		return f(v), next, nil
	}
}

func between[T any](open string, p func() parser[T], end string) parser[T] {
	left, right := token(open), token(end)   // reason: escaping_closure returned_pointer
	return func(s state) (T, state, error) { // reason: escaping_closure returned_pointer
		var zero T
		_, next, err := left(s)
		if err != nil {
			return zero, s, err
		}
		v, next, err := p()(next)
		if err != nil {
			return zero, s, err
		}
		_, next, err = right(next)
		return v, next, err
	}
}

type expr interface{ write(*strings.Builder) }

type name string

type list []expr

func (n name) write(b *strings.Builder) { b.WriteString(string(n)) } // reason: buffer_growth

func (l list) write(b *strings.Builder) {
	b.WriteByte('[') // reason: buffer_growth
	for i, e := range l {
		if i > 0 {
			b.WriteString(", ") // reason: buffer_growth
		}
		e.write(b)
	}
	b.WriteByte(']') // reason: buffer_growth
}

func expression() parser[expr] {
	names := mapped(word, func(w string) expr { return name(w) })                    // reason: interface_boxing escaping_closure returned_pointer
	lists := mapped(many(expressionLater), func(es []expr) expr { return list(es) }) // reason: interface_boxing escaping_closure returned_pointer
	return either(between("(", func() parser[expr] { return lists }, ")"), names)    // reason: escaping_closure returned_pointer variadic_slice
}

func expressionLater(s state) (expr, state, error) { return expression()(s) } // reason: escaping_closure returned_pointer variadic_slice

func depth(e expr) int {
	l, ok := e.(list)
	if !ok {
		return 0
	}
	most := 0
	for _, inner := range l {
		most = max(most, depth(inner))
	}
	return most + 1
}

func nested(n int) string {
	if n == 0 {
		return "leaf"
	}
	return "(" + nested(n-1) + " " + nested(n/2) + " tail)" // reason: concatenation
}

var printed = map[string]int{}

func main() {
	for i := 0; i < 40; i++ {
		e, _, err := expression()(state{nested(i % 6), 0}) // reason: escaping_closure returned_pointer variadic_slice concatenation
		if err != nil {
			fmt.Fprintln(os.Stderr, err) // reason: formatting error_value
			continue
		}
		var b strings.Builder // reason: interface_boxing unknown_callee leaking_callee
		e.write(&b)
		printed[b.String()+fmt.Sprint(i)] = depth(e) // reason: concatenation formatting interface_boxing variadic_slice map_growth
	}
	_, _, err := token("x")(state{"y", 0}) // reason: escaping_closure returned_pointer
	printed[err.Error()]++                 // reason: map_growth formatting
	writeProfile()
}
