package store

import (
	"sync"

	"example.com/ingest/internal/event"
)

// Recent is a ring of the last events. It is allocated once: a slot is
// overwritten in place.
type Recent struct {
	mu   sync.RWMutex
	ring []event.Event
	next int
}

func newRecent(size int) *Recent {
	return &Recent{ring: make([]event.Event, size)}
}

func (r *Recent) add(ev *event.Event) {
	r.mu.Lock()
	r.ring[r.next] = *ev
	r.next = (r.next + 1) % len(r.ring)
	r.mu.Unlock()
}

// Last returns up to limit events of a tenant, newest first.
func (r *Recent) Last(tenant string, limit int) []event.Event {
	r.mu.RLock()
	defer r.mu.RUnlock()

	out := make([]event.Event, 0, limit)
	for i := 1; i <= len(r.ring) && len(out) < limit; i++ {
		ev := &r.ring[(r.next-i+len(r.ring))%len(r.ring)]
		if ev.Tenant == tenant {
			out = append(out, *ev)
		}
	}
	return out
}
