package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"sort"
	"strconv"
	"sync"
	"time"
)

func boxInt(n int)                     { anySink = n }                    // want "n" interface_boxing
func boxString(s string)               { anySink = s }                    // want "s" interface_boxing
func boxSlice(b []byte)                { anySink = b }                    // want "b" interface_boxing
func boxStruct(p point)                { anySink = p }                    // want "p" interface_boxing
func boxField(p *point)                { anySink = p.x }                  // want "p.x" interface_boxing
func boxElement(xs []int)              { anySink = xs[0] }                // want "xs[0]" interface_boxing
func boxReturned(n int) any            { return n }                       // want "n" interface_boxing
func boxSent(n int)                    { anyChan <- n }                   // want "n" interface_boxing
func boxMethods(p point)               { shape = p }                      // want "p" interface_boxing
func boxStringer(p point)              { stringer = p }                   // want "p" interface_boxing
func boxStructField(h *handler, n int) { h.any = n }                      // want "n" interface_boxing
func boxInMap(m map[string]any, n int) { m["n"] = n }                     // want "n" interface_boxing
func boxAppended(n int)                { anys = append(anys, n) }         // want "n" interface_boxing
func boxLiteral(a, b int)              { anys = []any{a, b} }             // want "a" interface_boxing // want "b" interface_boxing // want "[]any{...}" stored_in_heap
func boxPrinted(n int)                 { fmt.Println(n) }                 // want "n" interface_boxing
func boxPrintf(n float64)              { fmt.Printf("%f", n) }            // want "n" interface_boxing
func boxLogged(n uint64)               { log.Println("n", n) }            // want "n" interface_boxing // want "\"n\"" constant_boxing
func boxErrorf(n int) error            { return fmt.Errorf("bad %d", n) } // want "n" interface_boxing
func boxPanicked(n int)                { panic(n) }                       // want "n" interface_boxing
func boxComposite(n int)               { anySink = point{x: n} }          // want "point{...}" interface_boxing
func boxArray(n int)                   { anySink = [2]int{n, n} }         // want "[2]int{...}" interface_boxing
func boxTime(t time.Time)              { anySink = t }                    // want "t" interface_boxing
func boxConverted(n int)               { anySink = float64(n) }           // want "float64(n)" interface_boxing
func boxSum(a, b int)                  { fmt.Println(a + b) }             // want "a + b" interface_boxing
func boxLen(s string)                  { fmt.Println(len(s)) }            // want "len(s)" interface_boxing
func boxDuration(t time.Time)          { fmt.Println(time.Since(t)) }     // want "time.Since(t)" interface_boxing
func boxDeref(p *int)                  { anySink = *p }                   // want "*p" interface_boxing

//go:noinline
func number() int { return 7777 }

func boxCall() { anySink = number() } // want "number()" interface_boxing

func boxParsed(s string) { // the error is an interface already
	n, err := strconv.Atoi(s)
	errSink = err
	anySink = n // want "n" interface_boxing
}

type bufferPool struct{ sync.Pool }

func boxPooled(pool *sync.Pool, b []byte) { pool.Put(b) } // want "b" interface_boxing

func boxValue(ctx context.Context, n int) context.Context {
	return context.WithValue(ctx, color(1), n) // want "n" interface_boxing // want "color(1)" constant_boxing
}

type byX []point

func (b byX) Len() int           { return len(b) }
func (b byX) Less(i, j int) bool { return b[i].x < b[j].x }
func (b byX) Swap(i, j int)      { b[i], b[j] = b[j], b[i] }

func boxSorted(ps []point) { sort.Sort(byX(ps)) } // want "byX(ps)" interface_boxing

type codeError struct{ code int }

func (e codeError) Error() string { return "code" }

func boxError(code int) error { return codeError{code} } // want "codeError{...}" interface_boxing

func boxWrapped(code int) error {
	err := codeError{code: code}
	return errors.Join(errSink, err) // want "err" interface_boxing
}

func boxGeneric[T any](v T) { anySink = v } // want "v" interface_boxing

func useGeneric(s string) { boxGeneric(s) }

func constantText()   { anySink = "text" }      // want "\"text\"" constant_boxing
func constantNumber() { anySink = 12345 }       // want "12345" constant_boxing
func constantFloat()  { anySink = 1.5 }         // want "1.5" constant_boxing
func constantBool()   { anySink = true }        // want "true" constant_boxing
func constantTyped()  { anySink = color(3) }    // want "color(3)" constant_boxing
func constantRune()   { anySink = 'x' }         // want "'x'" constant_boxing
func constantTime()   { anySink = time.Second } // want>=1.22 "time.Duration(1000000000)" constant_boxing
func constantPanic()  { panic("never") }        // want "\"never\"" constant_boxing
func constantPrint()  { fmt.Println("a", 1) }   // want "\"a\"" constant_boxing // want "1" constant_boxing
func constantLong() {
	anySink = "a very long text that is longer than what the compiler prints of a constant in a message" // want "\"a very long text*" constant_boxing
}
