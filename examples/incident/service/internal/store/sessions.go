package store

import (
	"sync"
	"time"

	"example.com/ingest/internal/event"
)

// Session is what is known about one visit.
type Session struct {
	Tenant    string
	Entry     string
	Last      string
	FirstSeen time.Time
	LastSeen  time.Time
	Events    int
	Errors    int
}

// idleAfter is how long a session without events still counts as open.
const idleAfter = 20 * time.Second

// Sessions groups events by visit.
type Sessions struct {
	mu   sync.RWMutex
	byID map[event.SessionID]*Session
}

func newSessions() *Sessions {
	return &Sessions{byID: make(map[event.SessionID]*Session)}
}

// touch adds an event to its session, which it opens if need be.
func (t *Sessions) touch(ev *event.Event) {
	now := time.Now()

	t.mu.Lock()
	defer t.mu.Unlock()

	s := t.byID[ev.Session]
	if s == nil {
		t.byID[ev.Session] = &Session{Tenant: ev.Tenant, Entry: ev.Route, FirstSeen: now}
		s = t.byID[ev.Session]
	}
	s.Last = ev.Route
	s.LastSeen = now
	s.Events++
	if ev.Status >= 500 {
		s.Errors++
	}
}

// Open counts the sessions that had an event recently.
func (t *Sessions) Open() int {
	t.mu.RLock()
	defer t.mu.RUnlock()

	oldest := time.Now().Add(-idleAfter)
	open := 0
	for _, s := range t.byID {
		if s.LastSeen.After(oldest) {
			open++
		}
	}
	return open
}
