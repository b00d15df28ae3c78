package main

import (
	"fmt"
	"sync"
	"time"

	"example.com/cases/obs"
)

type NotifyGroup struct {
	l      sync.Mutex
	notify map[chan struct{}]struct{}
}

func (n *NotifyGroup) Notify() {
	n.l.Lock()
	defer n.l.Unlock()
	for ch := range n.notify {
		select {
		case ch <- struct{}{}:
		default:
		}
	}
	n.notify = nil
}

func (n *NotifyGroup) Wait(ch chan struct{}) {
	n.l.Lock()
	defer n.l.Unlock()
	if n.notify == nil {
		n.notify = map[chan struct{}]struct{}{}
	}
	n.notify[ch] = struct{}{}
}

func (n *NotifyGroup) WaitCh() chan struct{} {
	ch := make(chan struct{}, 1)
	n.Wait(ch)
	return ch
}

type Agent struct {
	events      []string
	eventNotify NotifyGroup
}

func (a *Agent) EventList(wait time.Duration) []string {
	timeout := time.NewTimer(wait)
	defer timeout.Stop()
	notify := a.eventNotify.WaitCh()
	select {
	case <-notify:
	case <-timeout.C:
	}
	return a.events
}

func main() {
	a := &Agent{}
	for i := range 20 {
		a.events = append(a.events, fmt.Sprint("event", i))
	}
	for range 100 {
		go func() {
			for {
				a.EventList(2 * time.Millisecond)
			}
		}()
	}
	obs.Run(10*time.Millisecond, func(i int) {})
}
