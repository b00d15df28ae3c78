package main

import (
	"os"
	"runtime"
	"runtime/pprof"
)

var keep [][]byte

func main() {
	runtime.MemProfileRate = map[string]int{"0": 0, "1": 1}[os.Args[1]]
	for i := 0; i < 2000; i++ {
		keep = append(keep, make([]byte, 3000))
	}
	runtime.GC()
	f, _ := os.Create(os.Args[2])
	pprof.Lookup("heap").WriteTo(f, 0)
	f.Close()
	f, _ = os.Create(os.Args[2] + ".txt")
	pprof.Lookup("heap").WriteTo(f, 1)
	f.Close()
}
