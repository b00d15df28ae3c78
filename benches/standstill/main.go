// Holds so many sessions, about 430 bytes each, and prints the longest pause that it sees of itself whenever that is longer than before.
package main

import (
	"fmt"
	"os"
	"runtime"
	"strconv"
	"time"
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
)

func main() {
	count, err := strconv.Atoi(os.Args[1])
	if err != nil {
		panic(err)
	}
	for number := 0; number < count; number++ {
		next := &session{name: fmt.Sprint("session ", number), tags: map[string]int{fmt.Sprint("tag ", number): number}}
		sessions[next.name] = next
		if number%2 == 0 {
			next.next, list = list, next
		}
	}
	runtime.GC()
	fmt.Println("ready", os.Getpid())
	worst := time.Duration(0)
	for last := time.Now(); ; {
		time.Sleep(200 * time.Microsecond)
		now := time.Now()
		if pause := now.Sub(last); pause > worst {
			worst = pause
			fmt.Println("worst", worst)
		}
		last = now
	}
}
