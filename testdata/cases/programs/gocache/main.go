package main

import (
	"fmt"
	"time"

	"example.com/cases/obs"
	"github.com/patrickmn/go-cache"
)

type token struct {
	subject string
	claims  [32]string
}

// Tokens live for a second; nothing sweeps (interval 0).
var tokens = cache.New(time.Second, 0)

func authenticate(i int) *token {
	key := fmt.Sprintf("bearer-%016d", i)
	if t, ok := tokens.Get(key); ok {
		return t.(*token)
	}
	t := &token{subject: key}
	tokens.Set(key, t, cache.DefaultExpiration)
	return t
}

func main() {
	n := 0
	obs.Run(time.Millisecond, func(i int) {
		for j := 0; j < 30; j++ {
			authenticate(n)
			n++
		}
	})
}
