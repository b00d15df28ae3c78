// Tags of events made canonical with package unique, and counted by their handles for good.
package main

import (
	"fmt"
	"time"
	"unique"

	"example.com/cases/obs"
)

type tag struct{ name, value string }

type counters struct{ seen map[unique.Handle[tag]]int }

func (c *counters) add(name, value string) {
	c.seen[unique.Make(tag{name, value})]++
}

var tags = &counters{seen: map[unique.Handle[tag]]int{}}

func main() {
	n := 0
	obs.Run(time.Millisecond, func(int) {
		for range 60 {
			n++
			tags.add("trace", fmt.Sprintf("trace-%024d", n))
			tags.add("status", fmt.Sprint(n%5))
		}
	})
}
