package main

import (
	"sync"
	"time"
)

var (
	blocked = make(chan []byte)
	idle    = make(chan int)
	gate    sync.Mutex
	leave   = make(chan int)
	rest    = make(chan int)
)

//go:noinline
func send(b []byte) { blocked <- b }

//go:noinline
func wait(n int) {
	local := make([]byte, n)
	<-idle
	local[0]++
}

//go:noinline
func locked() {
	local := make([][]byte, 10)
	for i := range local {
		local[i] = make([]byte, 2000)
	}
	gate.Lock()
	local[0][0]++
	gate.Unlock()
}

type big struct{ load [5000]byte }

//go:noinline
func passDown(b *big, done chan int) { <-done; b.load[0]++ }

//go:noinline
func deferred() {
	buffer := make([]byte, len(holders)*2000)
	defer func() { buffer[0]++ }()
	<-leave
}

//go:noinline
func sleeper(n int) {
	m := map[int][]byte{}
	for i := 0; i < 50; i++ {
		m[i] = make([]byte, n)
	}
	for len(m) > 0 {
		select {
		case <-rest:
			return
		case <-time.After(time.Hour):
		}
	}
}

func init() {
	register("goroutine", "main.send", "goroutines.go", func() {
		for i := 0; i < 8; i++ {
			b := make([]byte, 16384)
			go send(b)
		}
	}, func() {
		for i := 0; i < 8; i++ {
			<-blocked
		}
	})
	register("goroutine", "main.wait", "goroutines.go", func() {
		for i := 0; i < 10; i++ {
			go wait(10_000)
		}
	}, func() { close(idle) })
	register("goroutine", "main.locked", "goroutines.go", func() {
		gate.Lock()
		go locked()
		go locked()
	}, func() { gate.Unlock() })
	passing := make(chan int)
	register("goroutine", "main.passDown", "goroutines.go", func() {
		for i := 0; i < 6; i++ {
			go passDown(&big{}, passing)
		}
	}, func() { close(passing) })
	register("goroutine", "main.deferred", "goroutines.go", func() { go deferred() }, func() { leave <- 1 })
	register("goroutine", "main.sleeper", "goroutines.go", func() { go sleeper(800) }, func() { rest <- 1 })
}
