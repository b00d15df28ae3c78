package store

import "sync"

// queueLength is the number of batches that may wait. A full queue blocks the
// request, which is the back-pressure the clients understand.
const queueLength = 32

// Committer applies whole batches in the order in which they were accepted, so
// that a batch is never interleaved with another one.
type Committer struct {
	queue chan []func()
	done  sync.WaitGroup
}

// NewCommitter starts a committer.
func NewCommitter() *Committer {
	c := &Committer{queue: make(chan []func(), queueLength)}
	c.done.Add(1)
	go c.run()
	return c
}

// Enqueue hands a batch over. The steps run later, on the committer's goroutine.
func (c *Committer) Enqueue(steps []func()) { c.queue <- steps }

// Close waits until every accepted batch has been applied.
func (c *Committer) Close() {
	close(c.queue)
	c.done.Wait()
}

func (c *Committer) run() {
	defer c.done.Done()
	for steps := range c.queue {
		for _, step := range steps {
			step()
		}
	}
}
