package main

import (
	"container/heap"
	"runtime"
	"time"

	"example.com/cases/obs"
)

type job struct {
	due  int
	body []byte
}

type queue []*job

func (q queue) Len() int           { return len(q) }
func (q queue) Less(i, j int) bool { return q[i].due < q[j].due }
func (q queue) Swap(i, j int)      { q[i], q[j] = q[j], q[i] }
func (q *queue) Push(x any)        { *q = append(*q, x.(*job)) }
func (q *queue) Pop() any {
	old := *q
	n := len(old)
	j := old[n-1]
	*q = old[:n-1]
	return j
}

func submit(q *queue, due, size int) {
	j := &job{due: due, body: make([]byte, size)}
	for i := range j.body {
		j.body[i] = byte(i)
	}
	heap.Push(q, j)
}

func drain(q *queue) {
	for q.Len() > 0 {
		heap.Pop(q)
	}
}

func main() {
	q := &queue{}
	for i := 0; i < 3000; i++ {
		submit(q, i*7919%3000, 32<<10)
	}
	drain(q)
	obs.Run(time.Millisecond, func(i int) {
		for n := 0; n < 20; n++ {
			submit(q, i+n, 16<<10)
		}
		drain(q)
	})
	runtime.KeepAlive(q)
}
