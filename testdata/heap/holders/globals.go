package main

import (
	"container/list"
	"context"
	"sync"
)

type session struct {
	id    int
	name  string
	state [200]byte
}

type entry struct {
	key  string
	body []byte
}

type lruCache struct {
	order *list.List
	byKey map[string]*list.Element
}

type node struct {
	left, right *node
	load        [64]byte
}

type table[K comparable, V any] struct {
	rows map[K]V
}

type plugin interface{ run() }
type small struct{ load [96]byte }

func (s *small) run() {}

type server struct{ log []byte }

func (s *server) handle() {}

var (
	cache    map[string]*session
	buffers  [][]byte
	lru      = &lruCache{order: list.New(), byKey: map[string]*list.Element{}}
	tree     *node
	chain    *node
	events   chan *session
	handler  func()
	method   func()
	plugins  []plugin
	registry sync.Map
	generic  table[int, *session]
	token    []byte
	headline string
	emptied  map[int]*[64]byte
	pool     = sync.Pool{New: func() any { return new([1024]byte) }}
	byID     map[int]*entry
	byName   map[string]*entry
	base     context.Context
	stopBase context.CancelFunc
	anything any
	ring     [8]*[4096]byte
	pointers **[9000]byte
)

func newSession(i int) *session { return &session{id: i, name: "s" + itoa(int64(i))} }

func grow(n int) *node {
	if n == 0 {
		return nil
	}
	return &node{left: grow(n - 1), right: grow(n - 1)}
}

func init() {
	register("global", "main.cache", "globals.go", func() {
		cache = map[string]*session{}
		for i := 0; i < 250; i++ {
			s := newSession(i)
			cache[s.name] = s
		}
	}, func() { cache = nil })
	register("global", "main.buffers", "globals.go", func() {
		for i := 0; i < 20; i++ {
			buffers = append(buffers, make([]byte, 8192))
		}
	}, func() { buffers = nil })
	register("global", "main.lru", "globals.go", func() {
		for i := 0; i < 150; i++ {
			k := "k" + itoa(int64(i))
			lru.byKey[k] = lru.order.PushBack(&entry{k, make([]byte, 200)})
		}
	}, func() { lru.order, lru.byKey = nil, nil })
	register("global", "main.tree", "globals.go", func() { tree = grow(9) }, func() { tree = nil })
	register("global", "main.chain", "globals.go", func() {
		for i := 0; i < 900; i++ {
			chain = &node{left: chain}
		}
	}, func() { chain = nil })
	register("global", "main.events", "globals.go", func() {
		events = make(chan *session, 150)
		for i := 0; i < 150; i++ {
			events <- newSession(i)
		}
	}, func() { events = nil })
	register("global", "main.handler", "globals.go", func() {
		kept := make([]byte, 100_000)
		handler = func() { kept[0]++ }
	}, func() { handler = nil })
	register("global", "main.method", "globals.go", func() {
		s := &server{make([]byte, 90_000)}
		method = s.handle
	}, func() { method = nil })
	register("global", "main.plugins", "globals.go", func() {
		for i := 0; i < 200; i++ {
			plugins = append(plugins, &small{})
		}
	}, func() { plugins = nil })
	register("global", "main.registry", "globals.go", func() {
		for i := 0; i < 150; i++ {
			registry.Store(i, &entry{"r", make([]byte, 150)})
		}
	}, func() { registry = sync.Map{} })
	register("global", "main.generic", "globals.go", func() {
		generic.rows = map[int]*session{}
		for i := 0; i < 200; i++ {
			generic.rows[i] = newSession(i)
		}
	}, func() { generic.rows = nil })
	register("global", "main.token", "globals.go", func() {
		whole := make([]byte, 120_000)
		token = whole[100:116:116]
	}, func() { token = nil })
	register("global", "main.headline", "globals.go", func() {
		whole := string(make([]byte, 70_000))
		headline = whole[10:30]
	}, func() { headline = "" })
	register("global", "main.emptied", "globals.go", func() {
		emptied = map[int]*[64]byte{}
		for i := 0; i < 6000; i++ {
			emptied[i] = new([64]byte)
		}
		for i := 0; i < 6000; i++ {
			delete(emptied, i)
		}
	}, func() { emptied = nil })
	register("global", "main.anything", "globals.go", func() {
		anything = struct{ rows [][]byte }{[][]byte{make([]byte, 60_000)}}
	}, func() { anything = nil })
	register("global", "main.ring", "globals.go", func() {
		for i := range ring {
			ring[i] = new([4096]byte)
		}
	}, func() { ring = [8]*[4096]byte{} })
	register("global", "main.pointers", "globals.go", func() {
		p := new([9000]byte)
		pointers = &p
	}, func() { pointers = nil })
	register("shared", "main.byID+main.byName", "globals.go", func() {
		byID, byName = map[int]*entry{}, map[string]*entry{}
		for i := 0; i < 150; i++ {
			e := &entry{"e" + itoa(int64(i)), make([]byte, 300)}
			byID[i], byName[e.key] = e, e
		}
	}, func() { byID, byName = nil, nil })
	register("shared", "main.base+main.stopBase", "globals.go", func() {
		base, stopBase = context.WithCancel(context.Background())
		for i := 0; i < 150; i++ {
			context.WithCancel(context.WithValue(base, i, make([]byte, 100)))
		}
	}, func() { base, stopBase = nil, nil })
}
