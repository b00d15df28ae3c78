// Package recorder runs a piece of work so many times, and keeps the heap profile and the CPU profile of it.
package recorder

import (
	"flag"
	"log"
	"os"
	"path/filepath"
	"runtime"
	"runtime/pprof"
)

// Fix says which change of the program is made, by name; empty is the program as it was.
var Fix = flag.String("fix", "", "the change to make")

// Is tells whether a change is the one to make.
func Is(fix string) bool { return *Fix == fix }

// cache is what a service keeps beside its work: some 20 MiB in many objects.
var cache = map[int]*[40]byte{}

// Run does the work, and writes heap.pb.gz and cpu.pb.gz into the folder that is the first argument.
func Run(times int, work func(i int)) {
	flag.Parse()
	folder := flag.Arg(0)
	for i := range 200_000 {
		cache[i] = new([40]byte)
	}
	cpu := create(folder, "cpu.pb.gz")
	if err := pprof.StartCPUProfile(cpu); err != nil {
		log.Fatal(err)
	}
	for i := range times {
		work(i)
	}
	pprof.StopCPUProfile()
	cpu.Close()
	runtime.GC()
	runtime.KeepAlive(cache)
	heap := create(folder, "heap.pb.gz")
	if err := pprof.Lookup("heap").WriteTo(heap, 0); err != nil {
		log.Fatal(err)
	}
	heap.Close()
}

func create(folder, name string) *os.File {
	file, err := os.Create(filepath.Join(folder, name))
	if err != nil {
		log.Fatal(err)
	}
	return file
}
