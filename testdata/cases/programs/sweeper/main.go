// Sessions that a sweeper takes out when they are older than a second.
package main

import (
	"fmt"
	"sync"
	"time"

	"example.com/cases/obs"
)

type session struct {
	seen time.Time
	cart [512]byte
}

type sessions struct {
	mu   sync.Mutex
	byID map[string]*session
}

func (s *sessions) open(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.byID[id] = &session{seen: time.Now()}
}

func (s *sessions) sweep(before time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for id, session := range s.byID {
		if session.seen.Before(before) {
			delete(s.byID, id)
		}
	}
}

func main() {
	s := &sessions{byID: map[string]*session{}}
	go func() {
		for now := range time.Tick(250 * time.Millisecond) {
			s.sweep(now.Add(-time.Second))
		}
	}()
	obs.Run(time.Millisecond, func(n int) {
		for i := range 20 {
			s.open(fmt.Sprintf("session-%d", n*20+i))
		}
	})
}
