// Command waits leaves behind goroutines that nothing can wake, beside some that only wait, and writes what the runtime
// knows of them into the folder that it is given.
package main

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime/pprof"
	"time"
)

type result struct{ value int }

// first returns the answer of the fastest; the others block on a channel that nobody reads any more.
func first(workers int) result {
	answers := make(chan result)
	for worker := range workers {
		go ask(worker, answers)
	}
	return <-answers
}

func ask(worker int, answers chan<- result) {
	answers <- result{value: worker}
}

// forget waits for a channel that is never closed.
func forget() {
	never := make(chan struct{})
	go func() { <-never }()
}

func main() {
	for range 10 {
		first(4)
	}
	for range 12 {
		forget()
	}
	stop := make(chan struct{})
	for range 5 {
		go func() { <-stop }()
	}
	time.Sleep(100 * time.Millisecond)
	for _, kind := range []struct {
		profile, file string
		debug         int
	}{
		{"goroutineleak", "goroutineleak.pb.gz", 0},
		{"goroutineleak", "goroutineleak.txt", 1},
		{"goroutineleak", "goroutineleak-2.txt", 2},
		{"goroutine", "goroutine.pb.gz", 0},
	} {
		profile := pprof.Lookup(kind.profile)
		if profile == nil {
			fmt.Fprintln(os.Stderr, "no profile", kind.profile, "in this Go: set GOEXPERIMENT=goroutineleakprofile")
			os.Exit(1)
		}
		file, err := os.Create(filepath.Join(os.Args[1], kind.file))
		if err == nil {
			err = profile.WriteTo(file, kind.debug)
		}
		if err == nil {
			err = file.Close()
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
	close(stop)
}
