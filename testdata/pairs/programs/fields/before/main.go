// Records are maps from field to text, beside a large live heap.
package main

import (
	"strconv"

	"example.com/pairs/load"
)

type record map[string]string

var (
	recent  [64]record
	ballast = make([][]byte, 0, 4096)
)

func handle(i int) {
	if i < 4096 {
		ballast = append(ballast, make([]byte, 16<<10))
	}
	r := record{"id": "", "city": "here", "state": "open", "owner": "nobody"} // fixed
	r["id"] = strconv.Itoa(i)
	recent[i%64] = r
	if i%10 == 0 {
		ballast[i/10%len(ballast)] = make([]byte, 16<<10)
	}
}

func main() {
	load.Run(1_500_000, handle)
}
