// Jobs wait in a container/list, and nothing takes them out.
package main

import (
	"container/list"
	"time"

	"example.com/cases/obs"
)

type job struct {
	payload []byte
}

type queue struct {
	jobs *list.List
}

func (q *queue) push(j *job) { q.jobs.PushBack(j) }

func main() {
	q := &queue{jobs: list.New()}
	obs.Run(2*time.Millisecond, func(int) {
		q.push(&job{payload: make([]byte, 12_000)})
	})
}
