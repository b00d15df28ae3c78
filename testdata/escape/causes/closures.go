package main

import (
	"fmt"
	"net/http"
	"os"
	"sort"
	"sync"
	"time"
)

func captureCounter() func() int {
	n := 0                              // want "n" closure_capture
	return func() int { n++; return n } // want "func literal" escaping_closure
}

func captureStored() {
	total := 0                    // want "total" closure_capture
	funcSink = func() { total++ } // want "func literal" escaping_closure
}

func captureAddress() {
	var p point                                    // want "p" closure_capture
	intFunc = func() int { p.move(1); return p.x } // want "func literal" escaping_closure
}

func captureLarge() {
	var large [200]int // want "large" closure_capture
	large[0] = 1
	intFunc = func() int { return large[0] } // want "func literal" escaping_closure
	large[1] = 2
}

func captureGoroutine() {
	done := false               // want "done" closure_capture
	go func() { done = true }() // want "func literal" goroutine
	for !done {
		time.Sleep(1)
	}
}

func captureGroup(n int) {
	var wg sync.WaitGroup // want "wg" closure_capture
	for i := 0; i < n; i++ {
		wg.Add(1)
		go func() { defer wg.Done() }() // want "func literal" goroutine
	}
	wg.Wait()
}

func captureError() error {
	var err error                         // want "err" closure_capture
	go func() { _, err = os.Open("x") }() // want "func literal" goroutine
	return err
}

func capturePointer() {
	p := &point{}                   // want "&point{}" closure_capture
	funcSink = func() { p.move(1) } // want "func literal" escaping_closure
}

func storeClosure(n int)             { intFunc = func() int { return n } } // want "func literal" escaping_closure
func storePlain()                    { funcSink = func() {} }              // want "func literal" escaping_closure
func returnClosure(n int) func() int { return func() int { return n } }    // want "func literal" escaping_closure
func passClosure(n int)              { call(func() { println(n) }) }       // want "func literal" escaping_closure
func handleClosure(n int) {
	http.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { println(n) }) // want "func literal" escaping_closure
}
func sortClosure(xs []int, h *handler) { h.fn = func(p *point) { sort.Ints(xs) } }            // want "func literal" escaping_closure
func sendClosure(c chan func(), n int) { c <- func() { println(n) } }                         // want "func literal" escaping_closure
func boxClosure(n int)                 { anySink = func() { println(n) } }                    // want "func literal" escaping_closure
func afterClosure(n int)               { time.AfterFunc(time.Second, func() { println(n) }) } // want "func literal" escaping_closure

//go:noinline
func call(f func()) { funcSink = f }

func start(n int)        { go func() { println(n) }() }         // want "func literal" goroutine
func startPlain()        { go func() { println("started") }() } // want "func literal" goroutine
func startPassing(n int) { go func(n int) { println(n) }(n) }
func startLoop(ns []int) {
	for _, n := range ns {
		n := n
		go func() { println(n) }() // want "func literal" goroutine
	}
}

func deferLoop(names []string) {
	for _, name := range names {
		name := name
		defer func() { println(name) }() // want "func literal" defer_in_loop
	}
}

func deferFiles(names []string) {
	for _, name := range names {
		f, err := os.Open(name)
		if err != nil {
			continue
		}
		defer func() { f.Close() }() // want "func literal" defer_in_loop
	}
}

func deferCounting(n int) {
	for i := 0; i < n; i++ {
		total := 0                 // want "total" closure_capture
		defer func() { total++ }() // want "func literal" defer_in_loop
	}
}

func methodValue(p point)               { intFunc = p.area }   // want "p.area" method_value
func methodPointer(p *point)            { hookInt = p.move }   // want "p.move" method_value
func methodReturned(p *point) func(int) { return p.move }      // want "p.move" method_value
func methodPassed(p *point)             { keepMove(p.move) }   // want "p.move" method_value
func methodInterface(s shaper)          { intFunc = s.area }   // want "s.area" method_value
func methodField(h *handler)            { hookInt = h.p.move } // want "h.p.move" method_value
func methodGoroutine(p *point)          { go p.move(1) }
func methodOfVariable()                 { var p point; hookInt = p.move } // want "p.move" method_value // want "p" method_value

var hookInt func(int)

//go:noinline
func keepMove(f func(int)) { hookInt = f }

func printed(n int) { fmt.Println(n, "times") } // want "n" interface_boxing // want "\"times\"" constant_boxing
