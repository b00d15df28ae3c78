// What is opened for a request registers how to close it at shutdown.
package main

import (
	"bytes"
	"sync"
	"time"

	"example.com/cases/obs"
)

type lifecycle struct {
	mu    sync.Mutex
	hooks []func() error
}

func (l *lifecycle) onShutdown(f func() error) {
	l.mu.Lock()
	l.hooks = append(l.hooks, f)
	l.mu.Unlock()
}

type session struct {
	out  bytes.Buffer
	open bool
}

func (s *session) close() error {
	s.open = false
	return nil
}

var app lifecycle

func open() *session {
	s := &session{open: true}
	s.out.Grow(1500)
	app.onShutdown(s.close)
	return s
}

func serve(text string) int {
	s := open()
	defer s.close()
	s.out.WriteString(text)
	return s.out.Len()
}

func main() {
	obs.Run(time.Millisecond, func(i int) {
		for j := 0; j < 8; j++ {
			serve("hello")
		}
	})
}
