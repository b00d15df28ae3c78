package main

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"example.com/cases/obs"
)

type Attr struct {
	Key, Value *string
	Next       *Attr
}

type Session struct {
	ID    string
	User  *User
	Attrs *Attr
	Seen  *time.Time
}

type User struct {
	Name  string
	Roles []*string
}

type Store struct {
	mu       sync.RWMutex
	sessions map[string]*Session
}

func newSession(n int) *Session {
	s := &Session{ID: fmt.Sprintf("s-%08d", n), User: &User{Name: fmt.Sprint("u", n)}}
	for i := range 4 {
		key, value := fmt.Sprint("k", i), fmt.Sprint("v", n+i)
		s.Attrs = &Attr{Key: &key, Value: &value, Next: s.Attrs}
	}
	role := "reader"
	s.User.Roles = append(s.User.Roles, &role)
	now := time.Now()
	s.Seen = &now
	return s
}

func (st *Store) load(n int) {
	for i := range n {
		s := newSession(i)
		st.sessions[s.ID] = s
	}
}

func (st *Store) handle(n int) []byte {
	st.mu.RLock()
	s := st.sessions[fmt.Sprintf("s-%08d", n)]
	st.mu.RUnlock()
	page := make([]byte, 0, 16<<10)
	for a := s.Attrs; a != nil; a = a.Next {
		page = append(page, *a.Key...)
		page = append(page, *a.Value...)
	}
	return page
}

var sink []byte

var st *Store

func main() {
	st = &Store{sessions: map[string]*Session{}}
	st.load(400_000)
	obs.Run(0, func(i int) {
		sink = st.handle(rand.IntN(400_000))
	})
}
