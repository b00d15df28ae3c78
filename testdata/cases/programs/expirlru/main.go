package main

import (
	"fmt"
	"time"

	"example.com/cases/obs"
	"github.com/hashicorp/golang-lru/v2/expirable"
)

type session struct {
	user  string
	perms []string
}

type request struct {
	seen *expirable.LRU[string, session]
}

func newRequest() *request {
	return &request{seen: expirable.NewLRU[string, session](128, nil, time.Minute)}
}

func (r *request) handle(i int) {
	for j := 0; j < 10; j++ {
		r.seen.Add(fmt.Sprintf("user-%d", i+j), session{user: "u", perms: make([]string, 4)})
	}
}

func main() {
	obs.Run(2*time.Millisecond, func(i int) {
		newRequest().handle(i)
	})
}
