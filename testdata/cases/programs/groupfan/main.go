// Reports made of sixteen parts each, at most four at once; the number of reports goes up and down.
package main

import (
	"fmt"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"example.com/cases/obs"
)

func part(n int) (string, error) {
	time.Sleep(time.Millisecond)
	return strings.Repeat(fmt.Sprintf("row %d;", n), 200), nil
}

func report(n int) (string, error) {
	parts := make([]string, 16)
	var group errgroup.Group
	group.SetLimit(4)
	for i := range parts {
		group.Go(func() (err error) {
			parts[i], err = part(n + i)
			return err
		})
	}
	err := group.Wait()
	return strings.Join(parts, "\n"), err
}

var length int

func main() {
	obs.Run(time.Millisecond, func(i int) {
		for k := range 1 + (i/100)%5 {
			if text, err := report(i + k); err == nil {
				length += len(text)
			}
		}
	})
}
