// Requests whose answers nobody takes: each leaves a goroutine behind. Writes three goroutine profiles to the folder given.
package main

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime/pprof"
	"time"
)

func answer(n int) int { return n * n }

func request(n int) <-chan int {
	answers := make(chan int)
	go func() {
		answers <- answer(n)
	}()
	return answers
}

func main() {
	tick := time.NewTicker(time.Hour)
	for range 8 {
		go func() { <-tick.C }()
	}
	for profile := range 3 {
		for n := range 150 {
			answers := request(n)
			if n%3 == 0 {
				<-answers
			}
		}
		time.Sleep(200 * time.Millisecond)
		file, err := os.Create(filepath.Join(os.Args[1], fmt.Sprintf("goroutines-%d.pb.gz", profile+1)))
		if err != nil {
			panic(err)
		}
		if err := pprof.Lookup("goroutine").WriteTo(file, 0); err != nil {
			panic(err)
		}
		if err := file.Close(); err != nil {
			panic(err)
		}
	}
}
