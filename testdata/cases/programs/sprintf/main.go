package main

// fmt.Sprintf, string concatenation and errors on a hot path.
import (
	"errors"
	"fmt"
	"time"

	"example.com/cases/obs"
)

type key struct {
	tenant string
	id     int
}

var seen = map[string]int{}

func cacheKey(k key) string { return fmt.Sprintf("%s:%d", k.tenant, k.id) }

func join(parts []string) string {
	s := ""
	for _, p := range parts {
		s += p + ","
	}
	return s
}

func validate(n int) error {
	if n%2 == 0 {
		return fmt.Errorf("value %d is even", n)
	}
	return errors.New("odd")
}

var parts = []string{"alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa"}
var n int

func main() {
	obs.Run(time.Millisecond, func(i int) {
		for j := 0; j < 300; j++ {
			seen[cacheKey(key{"acme", j})]++
			n += len(join(parts))
			if validate(j) != nil {
				n++
			}
		}
	})
}
