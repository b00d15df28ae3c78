// A graph of generic nodes, searched by several goroutines.
package main

import (
	"bytes"
	"container/heap"
	"fmt"
	"strings"
	"sync"
)

type edge struct {
	to     int
	weight float64
}

type graph[L comparable] struct {
	labels []L
	edges  [][]edge
	index  map[L]int
}

func (g *graph[L]) node(label L) int {
	if at, ok := g.index[label]; ok {
		return at
	}
	if g.index == nil {
		g.index = map[L]int{} // reason: map_creation
	}
	g.index[label] = len(g.labels)     // reason: map_growth
	g.labels = append(g.labels, label) // reason: slice_growth
	g.edges = append(g.edges, nil)     // reason: slice_growth
	return len(g.labels) - 1
}

func (g *graph[L]) connect(a, b L, weight float64) {
	from, to := g.node(a), g.node(b)
	g.edges[from] = append(g.edges[from], edge{to, weight}) // reason: slice_growth
}

type visit struct {
	node int
	cost float64
}

type frontier []visit

func (f frontier) Len() int           { return len(f) }
func (f frontier) Less(a, b int) bool { return f[a].cost < f[b].cost }
func (f frontier) Swap(a, b int)      { f[a], f[b] = f[b], f[a] }
func (f *frontier) Push(v any)        { *f = append(*f, v.(visit)) } // reason: slice_growth
func (f *frontier) Pop() any {
	old := *f
	last := old[len(old)-1]
	*f = old[:len(old)-1]
	return last // reason: interface_boxing
}

func search[L comparable](g *graph[L], from int) map[int]float64 {
	costs := make(map[int]float64) // reason: map_creation
	next := &frontier{{from, 0}}   // reason: interface_boxing leaking_callee unknown_callee stored_in_heap other
	for next.Len() > 0 {
		v := heap.Pop(next).(visit) // reason: interface_boxing
		if _, ok := costs[v.node]; ok {
			continue
		}
		costs[v.node] = v.cost // reason: map_growth
		for _, e := range g.edges[v.node] {
			heap.Push(next, visit{e.to, v.cost + e.weight}) // reason: interface_boxing slice_growth
		}
	}
	return costs
}

type report struct {
	mutex sync.Mutex
	lines []string
	out   bytes.Buffer
}

var (
	towns  graph[string]
	grid   graph[[2]int]
	result report
	best   []map[int]float64
)

func main() {
	for i := 0; i < 400; i++ {
		towns.connect(town(i), town(i*7%400), float64(i%13)+0.5)
		grid.connect([2]int{i % 20, i / 20}, [2]int{(i + 1) % 20, i / 20}, 1)
	}
	var group sync.WaitGroup          // reason: closure_capture leaking_callee
	best = make([]map[int]float64, 8) // reason: stored_in_heap
	for w := 0; w < 8; w++ {
		group.Add(1)
		go worker(&group, w) // reason: goroutine
	}
	group.Wait()
	for _, line := range result.lines {
		fmt.Fprintln(&result.out, line, len(best)) // reason: interface_boxing variadic_slice formatting buffer_growth
	}
	writeProfile()
}

func worker(group *sync.WaitGroup, w int) {
	defer group.Done()
	best[w] = search(&towns, w*3)
	search(&grid, w)
	line := strings.Repeat("=", w+40) + town(w) // reason: concatenation string_building buffer_growth
	result.mutex.Lock()
	result.lines = append(result.lines, line) // reason: slice_growth
	result.mutex.Unlock()
}

//go:noinline
func town(i int) string {
	name := []byte("town of ")
	for ; i > 0; i /= 26 {
		name = append(name, byte('a'+i%26)) // reason: slice_growth
	}
	return string(name) // reason: string_conversion
}
