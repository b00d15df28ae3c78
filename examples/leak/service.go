package main

import (
	"fmt"
	"strings"
	"time"
)

// service handles requests, a thousand a second.
type service struct {
	templates   *templates
	subscribers *subscribers
	requests    int
}

func newService() *service {
	return &service{templates: newTemplates(), subscribers: &subscribers{byID: map[int]*subscriber{}}}
}

func (s *service) serve(stop <-chan struct{}) {
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-stop:
			return
		case <-tick.C:
			for range 10 {
				s.handle()
			}
		}
	}
}

func (s *service) handle() {
	s.requests++
	page := s.templates.render(s.requests / 20 % 400)
	answer(page, s.requests)
	s.subscribers.subscribe(s.requests)
	// Half of those that come are gone at once.
	if s.requests%2 == 0 {
		s.subscribers.unsubscribe(s.requests)
	}
}

// answer is garbage as soon as it is sent.
func answer(page []byte, number int) int {
	var body strings.Builder
	for line := range 8 {
		fmt.Fprintf(&body, "%d: %d bytes of page %d\n", line, len(page), number)
	}
	return body.Len()
}
