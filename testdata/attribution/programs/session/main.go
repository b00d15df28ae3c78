// Sessions with events, snapshots, and subscribers over channels.
package main

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"math/rand"
	"slices"
	"strings"
	"sync"
	"time"
)

type event struct {
	kind    string
	user    int64
	at      time.Time
	details map[string]any
}

type session struct {
	id      string
	started time.Time
	events  []*event
	tags    []string
	counts  [4]int
}

type manager struct {
	mu          sync.Mutex
	sessions    map[string]*session
	byUser      map[int64]map[string]bool
	subscribers []chan event
	free        sync.Pool
	archive     [][]byte
}

func (m *manager) subscribe(n int) <-chan event {
	c := make(chan event, n)                 // reason: channel
	m.subscribers = append(m.subscribers, c) // reason: slice_growth
	return c
}

func sessionID(user int64, n int) string {
	var key [16]byte // reason: leaking_callee unknown_callee
	binary.LittleEndian.PutUint64(key[:], uint64(user))
	binary.LittleEndian.PutUint64(key[8:], uint64(n))
	sum := sha256.Sum256(key[:])
	return hex.EncodeToString(sum[:8]) // reason: encoding string_conversion unknown_size
}

func (m *manager) open(user int64, n int) *session {
	s, _ := m.free.Get().(*session)
	if s == nil {
		s = &session{} // reason: returned_pointer stored_in_heap container_element interface_boxing
	}
	s.id = sessionID(user, n)                                                          // reason: encoding string_conversion unknown_size
	s.tags = append(s.tags[:0], "new", "user-"+hex.EncodeToString([]byte{byte(user)})) // reason: slice_growth concatenation encoding string_conversion unknown_size
	m.sessions[s.id] = s                                                               // reason: map_growth
	ids, ok := m.byUser[user]
	if !ok {
		ids = map[string]bool{} // reason: map_creation
		m.byUser[user] = ids    // reason: map_growth
	}
	ids[s.id] = true // reason: map_growth
	return s
}

func (m *manager) record(s *session, kind string, user int64) {
	e := &event{kind: kind, user: user, at: s.started.Add(time.Duration(len(s.events))), details: map[string]any{"session": s.id, "count": len(s.events) * 1000}} // reason: stored_in_heap container_element map_creation map_growth interface_boxing
	s.events = append(s.events, e)                                                                                                                                // reason: slice_growth
	s.counts[len(kind)%4]++
	for _, c := range m.subscribers {
		select {
		case c <- *e:
		default:
		}
	}
}

func (m *manager) close(s *session) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.sessions, s.id)
	snapshot := make([]byte, 0, 16*len(s.events)) // reason: unknown_size
	for _, e := range s.events {
		snapshot = binary.AppendVarint(snapshot, e.at.UnixNano())
		snapshot = append(snapshot, e.kind...) // reason: slice_growth
	}
	m.archive = append(m.archive, []byte(base64.StdEncoding.EncodeToString(snapshot))) // reason: slice_growth string_conversion encoding unknown_size
	*s = session{tags: s.tags}
	m.free.Put(s) // reason: pool_refill
}

type summary struct {
	users  int
	kinds  []string
	latest map[string]event
}

func collect(c <-chan event, done *sync.WaitGroup, out *summary) {
	defer done.Done()
	seen := map[int64]struct{}{} // reason: map_creation map_growth
	for e := range c {           // reason: channel runtime goroutine
		seen[e.user] = struct{}{} // reason: map_growth
		if !slices.Contains(out.kinds, e.kind) {
			out.kinds = append(out.kinds, e.kind) // reason: slice_growth
		}
		out.latest[e.kind] = e // reason: map_growth
	}
	out.users = len(seen)
}

func main() {
	m := &manager{sessions: make(map[string]*session), byUser: make(map[int64]map[string]bool)} // reason: map_creation leaking_callee returned_pointer interface_boxing
	random := rand.New(rand.NewSource(7))                                                       // reason: returned_pointer library interface_boxing
	var done sync.WaitGroup                                                                     // reason: goroutine closure_capture stored_in_heap leaking_callee
	summaries := make([]summary, 3)                                                             // reason: goroutine closure_capture stored_in_heap leaking_callee too_large unknown_size
	for i := range summaries {
		summaries[i].latest = make(map[string]event) // reason: map_creation
		done.Add(1)
		go collect(m.subscribe(50), &done, &summaries[i]) // reason: goroutine channel slice_growth
	}
	kinds := strings.Split("open,click,scroll,buy,leave", ",") // reason: string_building
	for n := 0; n < 500; n++ {
		user := int64(random.Intn(40))
		s := m.open(user, n)
		for k := random.Intn(20); k >= 0; k-- {
			m.record(s, kinds[k%len(kinds)], user)
		}
		m.close(s)
	}
	for _, c := range m.subscribers {
		close(c)
	}
	done.Wait() // reason: runtime channel
	result = summaries
	writeProfile()
}

var result []summary
