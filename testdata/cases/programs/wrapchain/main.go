// Each request wraps the handler of the one before it.
package main

import (
	"time"

	"example.com/cases/obs"
)

type request struct {
	scratch [12_000]byte
}

type handler func(*request)

type app struct {
	chain handler
}

func (a *app) serve() {
	seen := &request{}
	next := a.chain
	a.chain = func(r *request) {
		seen.scratch[0]++
		if next == nil {
			r.scratch[0]++
		}
	}
	a.chain(seen)
}

func main() {
	a := &app{}
	obs.Run(2*time.Millisecond, func(int) { a.serve() })
}
