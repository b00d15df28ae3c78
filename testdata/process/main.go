// A program whose texts must not leave it: in strings, keys of maps, arrays in objects with pointers, global buffers, on stacks.
package main

import (
	"bufio"
	"fmt"
	"os"
	"runtime"
	"strings"
)

type session struct {
	name string
	key  [16]byte
	next *session
	tags map[string]int
}

var (
	sessions = map[string]*session{}
	list     *session
	buffer   [4096]byte
)

//go:noinline
func worker(in chan *session) {
	var kept []*session
	local := [32]byte{}
	copy(local[:], "SECRET on a stack")
	for s := range in {
		kept = append(kept, s)
	}
	fmt.Fprint(os.Stderr, string(local[:len(kept)%2]))
	runtime.KeepAlive(kept)
}

func main() {
	for i := range 2000 {
		s := &session{name: fmt.Sprintf("SECRET name %d", i), tags: map[string]int{fmt.Sprintf("SECRET tag %d", i): i}}
		copy(s.key[:], "SECRET key 12345")
		sessions[s.name] = s
		if i%2 == 0 {
			s.next, list = list, s
		}
	}
	copy(buffer[:], strings.Repeat("SECRET buffer ", 200))
	in := make(chan *session)
	go worker(in)
	for i := range 500 {
		in <- &session{name: fmt.Sprintf("SECRET sent %d", i)}
	}
	runtime.GC()
	fmt.Println("ready")
	// It goes on as if nothing had been.
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		fmt.Println("alive", len(sessions))
	}
}
