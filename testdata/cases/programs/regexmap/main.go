// Routes with patterns that callers write; each pattern is compiled once.
package main

import (
	"fmt"
	"regexp"
	"sync"
	"time"

	"example.com/cases/obs"
)

var compiled sync.Map // pattern -> *regexp.Regexp

func compile(pattern string) *regexp.Regexp {
	if re, ok := compiled.Load(pattern); ok {
		return re.(*regexp.Regexp)
	}
	re := regexp.MustCompile(pattern)
	compiled.Store(pattern, re)
	return re
}

func search(user int, text string) bool {
	return compile(fmt.Sprintf(`(?i)^/users/%d/(orders|items)/[0-9a-f]{8}$`, user)).MatchString(text)
}

func main() {
	obs.Run(time.Millisecond, func(n int) {
		for i := range 3 {
			search(n*3+i, "/users/17/orders/00ffab12")
		}
	})
}
