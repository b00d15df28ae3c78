package store

import "sync"

// queueLength is the number of batches that may wait. A full queue blocks the
// request, which is the back-pressure the clients understand.
const queueLength = 32

// Committer applies whole batches in the order in which they were accepted, so
// that a batch is never interleaved with another one.
type Committer struct {
	store *Store
	queue chan *Batch
	done  sync.WaitGroup
}

// NewCommitter starts a committer for st.
func NewCommitter(st *Store) *Committer {
	c := &Committer{store: st, queue: make(chan *Batch, queueLength)}
	c.done.Add(1)
	go c.run()
	return c
}

// Enqueue hands a batch over. It is applied and freed later, on the committer's
// goroutine.
func (c *Committer) Enqueue(b *Batch) { c.queue <- b }

// Close waits until every accepted batch has been applied.
func (c *Committer) Close() {
	close(c.queue)
	c.done.Wait()
}

func (c *Committer) run() {
	defer c.done.Done()
	for b := range c.queue {
		for i := range b.events {
			c.store.Apply(&b.events[i])
		}
		b.Free()
	}
}
