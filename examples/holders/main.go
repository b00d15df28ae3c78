// A service whose memory a profile cannot explain: all sessions are made on one line, and two variables hold them. The cache is
// bounded. The audit trail, which somebody added for an afternoon, is not.
package main

import (
	"os"
	"runtime"
	"runtime/debug"
	"runtime/pprof"
	"strconv"
	"time"
)

// A Session is what a user is known by.
type Session struct {
	ID    string
	Token []byte
	State [200]byte
}

var (
	cache   = map[string]*Session{} // the last thousand
	order   []string
	audit   []*Session          // for ever
	tokens  [][]byte            // sixteen bytes of a request each, and so all of the request
	pending = map[int]bool{}    // was large on Monday
	jobs    = make(chan []byte) // nobody receives
)

//go:noinline
func newSession(i int) *Session {
	return &Session{ID: "session-" + strconv.Itoa(i)}
}

func login(i int) {
	s := newSession(i)
	cache[s.ID] = s
	order = append(order, s.ID)
	if len(order) > 1000 {
		delete(cache, order[0])
		order = order[1:]
	}
	audit = append(audit, s)
}

//go:noinline
func authorise(request []byte) { tokens = append(tokens, request[64:80]) }

//go:noinline
func upload(body []byte) { jobs <- body }

func main() {
	runtime.MemProfileRate = 8192
	for i := 0; i < 15_000; i++ {
		login(i)
	}
	for i := 0; i < 24; i++ {
		authorise(make([]byte, 64<<10))
	}
	for i := 0; i < 60_000; i++ {
		pending[i] = true
	}
	for i := range pending {
		delete(pending, i)
	}
	for i := 0; i < 40; i++ {
		go upload(make([]byte, 32<<10))
	}
	time.Sleep(50 * time.Millisecond)
	runtime.GC()
	if profile, err := os.Create(os.Args[1] + ".pb.gz"); err == nil {
		pprof.WriteHeapProfile(profile)
		profile.Close()
	}
	dump, err := os.OpenFile(os.Args[1]+".dump", os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		panic(err)
	}
	debug.WriteHeapDump(dump.Fd())
	dump.Close()
	if len(os.Args) > 2 { // until a core is taken
		os.Stdin.Read(make([]byte, 1))
	}
}
