package main

import (
	"os"
	"strings"
	"time"

	"example.com/cases/obs"
)

type job struct {
	name string
	data []byte
}

func (j *job) close() { j.data = nil }

func worker(jobs <-chan *job) {
	for j := range jobs {
		defer j.close()
		if strings.HasPrefix(j.name, "x") {
			os.Stdout.WriteString(j.name)
		}
	}
}

func main() {
	jobs := make(chan *job)
	go worker(jobs)
	obs.Run(2*time.Millisecond, func(i int) {
		jobs <- &job{name: "job", data: make([]byte, 8<<10)}
		jobs <- &job{name: "job", data: make([]byte, 8<<10)}
		_ = make([]byte, 50<<10+i%5)
	})
}
