// Package store holds what the service remembers about events: the recent ones,
// the sessions they belong to, and statistics per series.
package store

import (
	"fmt"
	"sync/atomic"

	"example.com/ingest/internal/event"
	"example.com/ingest/internal/stats"
)

// Store is updated by one committer and read by any number of requests.
type Store struct {
	Recent   *Recent
	Sessions *Sessions
	Latency  *stats.Registry
	Size     *stats.Registry

	events atomic.Int64
}

// New returns a store that remembers the given number of recent events.
func New(recent int) *Store {
	return &Store{
		Recent:   newRecent(recent),
		Sessions: newSessions(),
		Latency:  stats.NewRegistry(),
		Size:     stats.NewRegistry(),
	}
}

// Apply records one event.
func (s *Store) Apply(ev *event.Event) {
	s.events.Add(1)
	s.Recent.add(ev)
	s.Sessions.touch(ev)

	series := fmt.Sprintf("%s/%s/%d", ev.Tenant, ev.Kind, ev.Status)
	s.Latency.Observe(series, ev.DurationUS)
	s.Size.Observe(series, ev.Bytes)
}

// Events returns the number of events applied so far.
func (s *Store) Events() int64 { return s.events.Load() }
