// Sessions that expire after a second.
package main

import (
	"crypto/rand"
	"encoding/hex"
	"time"

	"github.com/jellydator/ttlcache/v3"

	"example.com/cases/obs"
)

type session struct {
	user  string
	roles []string
	state [256]byte
}

type store struct {
	sessions *ttlcache.Cache[string, *session]
}

func newStore() *store {
	return &store{sessions: ttlcache.New(ttlcache.WithTTL[string, *session](time.Second))}
}

func (s *store) login(user string) string {
	token := make([]byte, 16)
	rand.Read(token)
	id := hex.EncodeToString(token)
	s.sessions.Set(id, &session{user: user, roles: []string{"reader", "writer"}}, ttlcache.DefaultTTL)
	return id
}

func main() {
	s := newStore()
	obs.Run(time.Millisecond, func(int) {
		for range 10 {
			id := s.login("someone")
			s.sessions.Get(id)
		}
	})
}
