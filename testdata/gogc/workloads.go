package main

import (
	"encoding/json"
	"fmt"
	"math/rand"
	"runtime"
	"sort"
	"strings"
	"sync"
	"time"
)

// workloads are programs of different memory behaviour. Each does the same work every time it runs.
var workloads = map[string]func(){
	"lru":     lru,     // a pointer-rich cache whose entries are replaced at random
	"trees":   trees,   // many small nodes: short-lived trees beside a long-lived one
	"words":   words,   // strings and a growing map
	"buffers": buffers, // large buffers without pointers
	"stacks":  stacks,  // goroutines parked deep in their stacks
	"growth":  growth,  // a live heap that grows all the time
	"waves":   waves,   // a live heap that fills and empties
	"service": service, // requests at a fixed rate, idle between
	"tiny":    tiny,    // a small live heap under a high allocation rate
	"records": records, // JSON documents decoded, kept for a while, encoded
	"graph":   graph,   // a graph that is rewired
	"phases":  phases,  // load, compute, serve: each of another kind
}

// sink keeps the compiler from dropping what is only allocated.
var sink any

type entry struct {
	key, value string
	next, prev *entry
	payload    []byte
}

func newEntry(random *rand.Rand, i int) *entry {
	return &entry{key: fmt.Sprint("key", i), value: strings.Repeat("v", 8+random.Intn(48)), payload: make([]byte, 64+random.Intn(192))}
}

// twice does work in two goroutines, each with its own random numbers.
func twice(seed int64, work func(*rand.Rand)) {
	var wait sync.WaitGroup
	for worker := int64(0); worker < 2; worker++ {
		wait.Add(1)
		go func(seed int64) {
			defer wait.Done()
			work(rand.New(rand.NewSource(seed)))
		}(seed + worker)
	}
	wait.Wait()
}

func lru() {
	twice(1, func(random *rand.Rand) {
		table := make([]*entry, 80_000)
		for i := 0; i < 800_000; i++ {
			at := random.Intn(len(table))
			fresh := newEntry(random, i)
			fresh.next = table[random.Intn(len(table))]
			if fresh.next != nil {
				fresh.next.next = nil
			}
			table[at] = fresh
		}
		sink = table
	})
}

type node struct {
	left, right *node
	weight      int
}

func tree(depth int) *node {
	if depth == 0 {
		return &node{weight: 1}
	}
	return &node{left: tree(depth - 1), right: tree(depth - 1), weight: depth}
}

func trees() {
	kept := tree(18)
	twice(2, func(*rand.Rand) {
		for i := 0; i < 2_500; i++ {
			if tree(12).weight != 12 {
				panic("not a tree")
			}
		}
	})
	runtime.KeepAlive(kept)
}

func words() {
	random := rand.New(rand.NewSource(3))
	counts := map[string]int{}
	for i := 0; i < 900_000; i++ {
		line := fmt.Sprint("w", random.Intn(120_000+i/4), " alpha beta w", random.Intn(5_000), " gamma")
		for _, word := range strings.Fields(strings.ToUpper(line)) {
			counts[word]++
		}
	}
	keys := make([]string, 0, len(counts))
	for key := range counts {
		keys = append(keys, key)
	}
	sort.Strings(keys)
	sink = keys
}

func buffers() {
	random := rand.New(rand.NewSource(4))
	kept := make([][]byte, 160)
	for i := 0; i < 24_000; i++ {
		buffer := make([]byte, 64<<10+random.Intn(448<<10))
		for at := 0; at < len(buffer); at += 4096 {
			buffer[at] = byte(i)
		}
		kept[random.Intn(len(kept))] = buffer
	}
	sink = kept
}

func deep(depth int, ready *sync.WaitGroup, done chan struct{}) int {
	var local [96]byte
	local[depth%96] = byte(depth)
	if depth == 0 {
		ready.Done()
		<-done
		return int(local[0])
	}
	return deep(depth-1, ready, done) + int(local[depth%96])
}

func stacks() {
	var ready, finished sync.WaitGroup
	done := make(chan struct{})
	for i := 0; i < 1_000; i++ {
		ready.Add(1)
		finished.Add(1)
		go func() {
			defer finished.Done()
			deep(80, &ready, done)
		}()
	}
	ready.Wait()
	random := rand.New(rand.NewSource(5))
	kept := make([]*entry, 20_000)
	for i := 0; i < 2_000_000; i++ {
		kept[random.Intn(len(kept))] = newEntry(random, i)
	}
	close(done)
	finished.Wait()
	sink = kept
}

func growth() {
	random := rand.New(rand.NewSource(6))
	var all []*entry
	for i := 0; i < 1_800_000; i++ {
		fresh := newEntry(random, i)
		if i%4 == 0 {
			all = append(all, fresh)
		}
	}
	sink = all
}

func waves() {
	random := rand.New(rand.NewSource(7))
	for wave := 0; wave < 5; wave++ {
		var held []*entry
		for i := 0; i < 400_000; i++ {
			fresh := newEntry(random, i)
			if i%2 == 0 {
				held = append(held, fresh)
			}
		}
		sink = held
		for i := 0; i < 60_000; i++ {
			sink = newEntry(random, i)
		}
	}
}

func service() {
	random := rand.New(rand.NewSource(8))
	sessions := make([]*entry, 60_000)
	var lock sync.Mutex
	ticker := time.NewTicker(2 * time.Millisecond)
	defer ticker.Stop()
	var wait sync.WaitGroup
	for i := 0; i < 700; i++ {
		<-ticker.C
		wait.Add(1)
		go func(i int) {
			defer wait.Done()
			lock.Lock()
			defer lock.Unlock()
			for j := 0; j < 1_000; j++ {
				fresh := newEntry(random, i+j)
				if j%3 == 0 {
					sessions[random.Intn(len(sessions))] = fresh
				}
			}
		}(i)
	}
	wait.Wait()
	sink = sessions
}

func tiny() {
	twice(9, func(random *rand.Rand) {
		kept := make([]*entry, 2_000)
		for i := 0; i < 1_300_000; i++ {
			fresh := newEntry(random, i)
			if i%8 == 0 {
				kept[random.Intn(len(kept))] = fresh
			}
		}
		runtime.KeepAlive(kept)
	})
}

type document struct {
	ID    int               `json:"id"`
	Name  string            `json:"name"`
	Tags  []string          `json:"tags"`
	Attrs map[string]string `json:"attrs"`
	Child []document        `json:"child,omitempty"`
}

func records() {
	random := rand.New(rand.NewSource(11))
	sample := document{ID: 1, Name: "order", Tags: []string{"a", "bb", "ccc"}, Attrs: map[string]string{"city": "x", "zip": "12345"}}
	sample.Child = []document{{ID: 2, Name: "line", Tags: []string{"q"}}, {ID: 3, Name: "line", Attrs: map[string]string{"sku": "s"}}}
	text, err := json.Marshal(sample)
	check(err)
	kept := make([]*document, 16_000)
	for i := 0; i < 180_000; i++ {
		fresh := &document{}
		check(json.Unmarshal(text, fresh))
		kept[random.Intn(len(kept))] = fresh
		if i%4 == 0 {
			encoded, err := json.Marshal(kept[random.Intn(len(kept))])
			check(err)
			sink = encoded
		}
	}
	sink = kept
}

type vertex struct {
	edges [6]*vertex
	label []byte
}

func graph() {
	random := rand.New(rand.NewSource(12))
	vertices := make([]*vertex, 150_000)
	for i := range vertices {
		vertices[i] = &vertex{label: make([]byte, 32)}
	}
	for i := 0; i < 9_000_000; i++ {
		at := random.Intn(len(vertices))
		if i%3 == 0 {
			vertices[at] = &vertex{label: make([]byte, 32)}
		}
		vertices[at].edges[i%6] = vertices[(at+1+random.Intn(64))%len(vertices)]
	}
	sink = vertices
}

func phases() {
	random := rand.New(rand.NewSource(13))
	loaded := make([]*entry, 0, 150_000)
	for i := 0; i < cap(loaded); i++ {
		loaded = append(loaded, newEntry(random, i))
	}
	for i := 0; i < 900_000; i++ {
		sink = make([]int, 8+random.Intn(56))
	}
	for i := 0; i < 600; i++ {
		text := make([]string, 0, 200)
		for j := 0; j < 200; j++ {
			text = append(text, loaded[random.Intn(len(loaded))].key)
		}
		sink = strings.Join(text, ",")
		time.Sleep(time.Millisecond)
	}
	loaded = loaded[:20_000]
	rest := append([]*entry(nil), loaded...)
	loaded = nil
	for i := 0; i < 500_000; i++ {
		rest[random.Intn(len(rest))] = newEntry(random, i)
	}
	sink = rest
}
