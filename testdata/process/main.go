// A program whose texts must not leave it: in strings, keys of maps, arrays in objects with pointers, global buffers, on stacks.
package main

import (
	"bufio"
	"fmt"
	"os"
	"reflect"
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
	made     any
)

// makeType fills values of a type that lies among the objects, since it is made while the program runs.
func makeType() {
	fields := []reflect.StructField{
		{Name: "Numbers", Type: reflect.TypeFor[[80]int]()},
		{Name: "Sessions", Type: reflect.TypeFor[[40]*session]()},
	}
	all := reflect.MakeSlice(reflect.SliceOf(reflect.StructOf(fields)), 500, 500)
	for i := range all.Len() {
		all.Index(i).Field(1).Index(39).Set(reflect.ValueOf(&session{name: "SECRET made"}))
	}
	made = all.Interface()
}

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
	runtime.MemProfileRate = 4096
	runtime.MemProfile(nil, true) // Without a call of it the linker leaves samples out.
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
	makeType()
	runtime.GC()
	fmt.Println("ready")
	// It goes on as if nothing had been.
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		fmt.Println("alive", len(sessions))
	}
}
