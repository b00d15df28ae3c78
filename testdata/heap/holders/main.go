// holders keeps memory in every way that a Go program keeps memory, writes a heap dump, waits for a core to be taken if it is told
// to, and then lets go of one holder after the other: how far HeapAlloc falls is what that holder kept.
package main

import (
	"os"
	"runtime"
	"runtime/debug"
	"time"
)

// A holder and what it keeps: the name that a reader of the dump must find.
type holder struct {
	kind, name, site string
	bytes            int64 // where letting go of it shows nothing
	build, release   func()
}

var holders []*holder

func register(kind, name, site string, build, release func()) {
	holders = append(holders, &holder{kind: kind, name: name, site: site, build: build, release: release})
}

// What a garbage collection frees anyway, or cannot free, is counted by hand.
func registerBytes(kind, name, site string, bytes int64, build func()) {
	holders = append(holders, &holder{kind: kind, name: name, site: site, bytes: bytes, build: build})
}

func heapAlloc() int64 {
	var stats runtime.MemStats
	for i := 0; i < 3; i++ { // finalizers, pools and cleanups take more than one
		runtime.GC()
		time.Sleep(2 * time.Millisecond)
	}
	runtime.ReadMemStats(&stats)
	return int64(stats.HeapAlloc)
}

func main() {
	debug.SetGCPercent(-1) // collections come when they are asked for
	runtime.MemProfileRate = 2048
	runtime.MemProfile(nil, true) // keeps the profile in the program
	for _, h := range holders {
		h.build()
	}
	time.Sleep(20 * time.Millisecond)
	runtime.GC()
	time.Sleep(20 * time.Millisecond)
	waste() // and no collection after it
	f, err := os.Create(os.Args[1])
	if err != nil {
		panic(err)
	}
	debug.WriteHeapDump(f.Fd())
	f.Close()
	if len(os.Args) > 2 { // a core is taken now
		os.Stdout.WriteString("ready\n")
		os.Stdin.Read(make([]byte, 1))
	}
	for _, h := range holders {
		if h.release != nil {
			before := heapAlloc()
			h.release()
			h.bytes = before - heapAlloc()
		}
		os.Stdout.WriteString(h.kind + "\t" + h.name + "\t" + h.site + "\t" + itoa(h.bytes) + "\n")
	}
}

func itoa(n int64) string {
	if n < 0 {
		return "-" + itoa(-n)
	}
	if n < 10 {
		return string(rune('0' + n))
	}
	return itoa(n/10) + string(rune('0'+n%10))
}
