// crash keeps memory in a few ways, says what each keeps, writes a heap dump, and panics: with GOTRACEBACK=crash it leaves a core, in
// which a goroutine was stopped in the middle of a loop.
package main

import (
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"time"
)

type order struct {
	id    int
	lines [10]int64
	next  *order
}

var backlog *order

var index = map[int]*[64]byte{}

var sum uint64

// Waits for what never comes.
//
//go:noinline
func wait(in chan int) {
	held := make([][]byte, 40)
	for i := range held {
		held[i] = make([]byte, 2048)
	}
	<-in
	runtime.KeepAlive(held)
}

// Runs all the time, until the panic freezes it where it is.
//
//go:noinline
func spin(held []uint64) {
	for {
		for i := range held {
			sum += held[i]
		}
	}
}

//go:noinline
func remind(text []byte) func() {
	return func() { runtime.KeepAlive(text) }
}

// Ends the program deep in calls.
func fail(held []int64, depth int) int64 {
	if depth == 0 {
		panic("out of orders")
	}
	return fail(held, depth-1) + held[depth]
}

// Says by how much a holder makes the heap grow.
func measure(kind, name string, build func()) {
	before := heapAlloc()
	build()
	time.Sleep(20 * time.Millisecond)
	grown := strconv.FormatInt(heapAlloc()-before, 10)
	os.Stdout.WriteString(kind + "\t" + name + "\tmain.go\t" + grown + "\n")
}

func heapAlloc() int64 {
	var stats runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&stats)
	return int64(stats.HeapAlloc)
}

func main() {
	debug.SetGCPercent(-1) // collections come when they are asked for
	runtime.MemProfileRate = 2048
	runtime.MemProfile(nil, true) // keeps the profile in the program
	measure("global", "main.backlog", func() {
		for i := 0; i < 1000; i++ {
			backlog = &order{id: i, next: backlog}
		}
	})
	measure("global", "main.index", func() {
		for i := 0; i < 1000; i++ {
			index[i] = new([64]byte)
		}
	})
	measure("goroutine", "main.wait", func() { go wait(make(chan int)) })
	measure("goroutine", "main.spin", func() { go spin(make([]uint64, 12_000)) })
	measure("timer", "main.remind.func1", func() { time.AfterFunc(time.Hour, remind(make([]byte, 50_000))) })
	var deep []int64
	measure("goroutine", "main.main", func() { deep = make([]int64, 20_000) })
	dump, err := os.Create(os.Args[1])
	if err != nil {
		panic(err)
	}
	debug.WriteHeapDump(dump.Fd())
	time.Sleep(20 * time.Millisecond) // all go on
	fail(deep, 20)
}
