// Command profiles allocates, blocks, contends and computes in ways that profiles have to tell apart, and writes every
// profile that Go offers, in every form, into a folder.
package main

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/pprof"
	"os"
	"path/filepath"
	"runtime"
	rpprof "runtime/pprof"
	"strings"
	"sync"
	"time"
)

type pair[K comparable, V any] struct {
	key   K
	value V
}

type table[K comparable, V any] struct{ pairs []*pair[K, V] }

func (t *table[K, V]) put(key K, value V) { t.pairs = append(t.pairs, &pair[K, V]{key, value}) }

func mapped[T, U any](in []T, f func(T) U) []U {
	out := make([]U, 0, len(in))
	for _, one := range in {
		out = append(out, f(one))
	}
	return out
}

type node struct {
	left, right *node
	payload     [48]byte
}

// Recursion: each call allocates, so a function is in its own stack many times.
func tree(depth int) *node {
	if depth == 0 {
		return nil
	}
	return &node{left: tree(depth - 1), right: tree(depth - 1)}
}

func even(n int, keep *[][]byte) {
	if n > 0 {
		odd(n-1, keep)
		return
	}
	*keep = append(*keep, make([]byte, 3000))
}

func odd(n int, keep *[][]byte) {
	if n > 0 {
		even(n-1, keep)
	}
}

// Small enough to be inlined, three deep.
func inner(n int) []byte  { return make([]byte, n) }
func middle(n int) []byte { return inner(n + 16) }
func outer(n int) []byte  { return middle(n * 2) }

type shape interface{ area() float64 }
type square struct{ side float64 }

func (s *square) area() float64 { return s.side * s.side }

var kept struct {
	trees  []*node
	deep   [][]byte
	bytes  [][]byte
	table  table[string, int]
	shapes []shape
	texts  []string
	funcs  []func() int
	maps   []map[int]string
}

//go:noinline
func allocate(round int) {
	kept.trees = append(kept.trees, tree(7))
	for depth := 2; depth < 90; depth += 11 {
		even(depth, &kept.deep)
	}
	for i := 0; i < 200; i++ {
		kept.bytes = append(kept.bytes, outer(i))
		kept.table.put(fmt.Sprint("key", i), i)
		kept.shapes = append(kept.shapes, &square{float64(i)})
		captured := make([]int, 8)
		kept.funcs = append(kept.funcs, func() int { return len(captured) + i })
	}
	kept.texts = append(kept.texts, mapped([]int{1, 2, 3, round}, func(n int) string { return strings.Repeat("x", n*100) })...)
	m := map[int]string{}
	for i := 0; i < 500; i++ {
		m[i] = "value"
	}
	kept.maps = append(kept.maps, m)
	func() {
		defer func() { _ = recover() }()
		garbage := make([]*square, 0, 100)
		for i := 0; i < 100; i++ {
			garbage = append(garbage, &square{1})
		}
		panic(garbage)
	}()
	if round > 0 && len(kept.bytes) > 100 {
		kept.bytes = kept.bytes[100:]
	}
}

//go:noinline
func compute(until time.Time) (sum float64) {
	for time.Now().Before(until) {
		for i := 0; i < 1000; i++ {
			sum += float64(i) * sum
		}
	}
	return sum
}

func contend() {
	var mu sync.Mutex
	var all sync.WaitGroup
	for i := 0; i < 4; i++ {
		all.Add(1)
		go func() {
			defer all.Done()
			for j := 0; j < 10; j++ {
				mu.Lock()
				time.Sleep(200 * time.Microsecond)
				mu.Unlock()
			}
		}()
	}
	all.Wait()
	values := make(chan int)
	go func() {
		time.Sleep(2 * time.Millisecond)
		values <- 1
	}()
	<-values
}

func wait(forever chan struct{}) { <-forever }

func main() {
	folder := os.Args[1]
	runtime.MemProfileRate = 4096
	runtime.SetBlockProfileRate(1)
	runtime.SetMutexProfileFraction(1)
	write := func(name string, bytes []byte) {
		if err := os.WriteFile(filepath.Join(folder, name), bytes, 0o644); err != nil {
			panic(err)
		}
	}
	lookup := func(profile, file string, debug int) {
		var out bytes.Buffer
		if err := rpprof.Lookup(profile).WriteTo(&out, debug); err != nil {
			panic(err)
		}
		write(file, out.Bytes())
	}
	custom := rpprof.NewProfile("example.com/leases")
	for i := 0; i < 5; i++ {
		custom.Add(new(int), i%2)
	}
	forever := make(chan struct{})
	for i := 0; i < 3; i++ {
		labels := rpprof.Labels("tenant", fmt.Sprint("t", i), "route", "/items")
		rpprof.Do(context.Background(), labels, func(context.Context) { go wait(forever) })
	}
	go func() {
		runtime.LockOSThread()
		select {}
	}()

	var cpu bytes.Buffer
	if err := rpprof.StartCPUProfile(&cpu); err != nil {
		panic(err)
	}
	for _, tenant := range []string{"t0", "t1"} {
		rpprof.Do(context.Background(), rpprof.Labels("tenant", tenant), func(context.Context) {
			compute(time.Now().Add(120 * time.Millisecond))
		})
	}
	rpprof.StopCPUProfile()
	write("cpu.pb.gz", cpu.Bytes())

	allocate(0)
	contend()
	runtime.GC()
	runtime.GC()
	lookup("heap", "heap-1.pb.gz", 0)
	for round := 1; round < 4; round++ {
		allocate(round)
	}
	runtime.GC()
	runtime.GC()
	lookup("heap", "heap-2.pb.gz", 0)
	lookup("heap", "heap-2.txt", 1)
	lookup("allocs", "allocs.pb.gz", 0)
	for _, name := range []string{"block", "mutex", "goroutine", "threadcreate"} {
		lookup(name, name+".pb.gz", 0)
		lookup(name, name+".txt", 1)
	}
	lookup("goroutine", "goroutines.txt", 2)
	lookup("example.com/leases", "custom.pb.gz", 0)
	lookup("example.com/leases", "custom.txt", 1)

	// A difference as the HTTP handler makes it.
	go func() {
		time.Sleep(300 * time.Millisecond)
		allocate(4)
		runtime.GC()
		runtime.GC()
	}()
	response := httptest.NewRecorder()
	pprof.Handler("allocs").ServeHTTP(response, httptest.NewRequest(http.MethodGet, "/debug/pprof/allocs?seconds=1", nil))
	write("allocs-delta.pb.gz", response.Body.Bytes())
	runtime.KeepAlive(&kept)
}
