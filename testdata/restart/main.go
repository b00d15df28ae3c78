// A service with a bounded cache. It answers its requests, writes a heap profile after each half of them, and ends: what
// keeps memory is bounded, and is filled anew by each process.
package main

import (
	"flag"
	"fmt"
	"log"
	"os"
	"runtime"
	"runtime/pprof"
	"time"
)

const bound = 4000

type entry struct {
	body [8 << 10]byte
}

var cache = map[int]*entry{}

// lookup keeps what was asked for, up to the bound.
func lookup(key int) *entry {
	if found, ok := cache[key]; ok {
		return found
	}
	if len(cache) < bound {
		cache[key] = &entry{}
	}
	return cache[key]
}

// list makes garbage, and keeps nothing.
func list(lines int) int {
	page := make([]byte, 0, lines*64)
	for line := range lines {
		page = fmt.Appendf(page, "%d\n", line)
	}
	return len(page)
}

// render makes more of it, elsewhere.
func render() {
	page = make([]byte, 4<<10)
}

var page []byte

func profile(name string) {
	runtime.GC()
	runtime.GC()
	file, err := os.Create(name)
	if err != nil {
		log.Fatal(err)
	}
	defer file.Close()
	if err := pprof.WriteHeapProfile(file); err != nil {
		log.Fatal(err)
	}
}

func main() {
	lists := flag.Int("lists", 0, "pages to list")
	renders := flag.Int("renders", 0, "pages to render")
	keys := flag.Int("keys", 0, "different keys to look up between two profiles")
	pause := flag.Duration("pause", 3*time.Second, "between two profiles")
	flag.Parse()
	for part, name := range flag.Args() {
		for range *lists {
			list(64)
		}
		for range *renders {
			render()
		}
		for key := range *keys {
			lookup(part**keys + key)
		}
		time.Sleep(*pause)
		profile(name)
	}
}
