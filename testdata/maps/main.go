// Maps that get one group, and one that grows: where each line's memory comes from is in the comments.
//
//	go build -trimpath -o maps main.go && ./maps
package main

import (
	"os"
	"runtime"
	"runtime/pprof"
	"strconv"
)

var kept map[string]string

func literal(value string) {
	kept = map[string]string{"first": value, "second": value} // a map with its group
}

func later(value string) {
	m := make(map[string]string, 0)
	kept = m
	m["first"] = value // the group of a map that another line makes
}

func grows(n int) {
	m := make(map[string]string)
	kept = m
	for i := range n {
		m[strconv.Itoa(i)] = "" // a map that grows
	}
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}

func main() {
	runtime.MemProfileRate = 4096
	cpu, err := os.Create("cpu.pb.gz")
	must(err)
	must(pprof.StartCPUProfile(cpu))
	for i := range 400_000 {
		literal("a")
		later("b")
		if i%500 == 0 {
			grows(2000)
		}
	}
	pprof.StopCPUProfile()
	must(cpu.Close())
	runtime.GC()
	heap, err := os.Create("heap.pb.gz")
	must(err)
	must(pprof.Lookup("heap").WriteTo(heap, 0))
	must(heap.Close())
}
