package store

import (
	"sync"

	"example.com/ingest/internal/event"
)

// Batch is a list of events that are applied together. The events live in the
// batch itself and are passed on by address, so a batch that is used again costs
// no allocation, however many events it carries.
type Batch struct {
	events []event.Event
}

var batches = sync.Pool{
	New: func() any { return new(Batch) },
}

// NewBatch returns an empty batch. It belongs to the caller until it is given to
// a Committer or freed.
func NewBatch() *Batch { return batches.Get().(*Batch) }

// Next adds an empty event and returns it. The pointer is valid until the next
// call.
func (b *Batch) Next() *event.Event {
	b.events = append(b.events, event.Event{})
	return &b.events[len(b.events)-1]
}

// Len returns the number of events.
func (b *Batch) Len() int { return len(b.events) }

// Free gives the batch's memory back. Events hold only interned strings, so what
// stays behind in it keeps nothing alive.
func (b *Batch) Free() {
	b.events = b.events[:0]
	batches.Put(b)
}
