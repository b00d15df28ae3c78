package main

import (
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"math/rand/v2"
	"strconv"
)

// eventsPerSession is the mean length of a visit.
const eventsPerSession = 42

// openSessions is how many visits one connection interleaves.
const openSessions = 512

// startMillis is the time of the first event. A fixed one keeps the content the
// same from run to run.
const startMillis = 1_750_000_000_000

// source generates the events of one connection.
type source struct {
	rng      *rand.Rand
	stream   uint64 // makes session ids unique across connections
	sent     uint64
	visits   uint64
	sessions [openSessions]visit
	routes   []string
}

type visit struct {
	id     [32]byte // hex digits
	tenant int
}

type record struct {
	TS      int64  `json:"ts"`
	Tenant  string `json:"tenant"`
	Kind    string `json:"kind"`
	Route   string `json:"route"`
	Session string `json:"session"`
	Status  int    `json:"status"`
	DurUS   int64  `json:"dur_us"`
	Bytes   int64  `json:"bytes"`
}

var (
	tenants = []string{
		"acme-retail", "northwind-traders", "globex-logistics", "initech-payments",
		"umbrella-health", "hooli-media", "stark-industrial", "wayne-insurance",
	}
	kinds    = []string{"page.view", "api.request", "cart.update", "search.query", "session.ping"}
	statuses = []int{200, 200, 200, 200, 200, 200, 200, 201, 204, 304, 302, 404, 400, 429, 500, 503}
	sections = []string{"products", "checkout", "account", "search", "help", "orders"}
)

func newSource(seed uint64, stream int) *source {
	s := &source{rng: rand.New(rand.NewPCG(seed, uint64(stream))), stream: uint64(stream)}
	for _, section := range sections {
		for page := range 40 {
			s.routes = append(s.routes, "/v2/"+section+"/page-"+strconv.Itoa(page))
		}
	}
	for i := range s.sessions {
		s.open(&s.sessions[i])
	}
	return s
}

// open starts a new visit in a slot.
func (s *source) open(v *visit) {
	var id [16]byte
	binary.BigEndian.PutUint64(id[:8], s.rng.Uint64())
	binary.BigEndian.PutUint64(id[8:], s.stream<<48|s.visits)
	hex.Encode(v.id[:], id[:])
	v.tenant = s.rng.IntN(len(tenants))
	s.visits++
}

func (s *source) next() record {
	v := &s.sessions[s.rng.IntN(openSessions)]
	if s.rng.IntN(eventsPerSession) == 0 {
		s.open(v)
	}
	s.sent++
	return record{
		TS:      startMillis + int64(s.sent/10),
		Tenant:  tenants[v.tenant],
		Kind:    kinds[s.rng.IntN(len(kinds))],
		Route:   s.routes[s.rng.IntN(len(s.routes))],
		Session: string(v.id[:]),
		Status:  statuses[s.rng.IntN(len(statuses))],
		DurUS:   300 + s.rng.Int64N(250_000),
		Bytes:   512 + s.rng.Int64N(64<<10),
	}
}

// appendLines appends n events in the line form.
func (s *source) appendLines(dst []byte, n int) []byte {
	for range n {
		r := s.next()
		dst = append(dst, "ts="...)
		dst = strconv.AppendInt(dst, r.TS, 10)
		dst = append(dst, " tenant="...)
		dst = append(dst, r.Tenant...)
		dst = append(dst, " kind="...)
		dst = append(dst, r.Kind...)
		dst = append(dst, ` route="`...)
		dst = append(dst, r.Route...)
		dst = append(dst, `" session=`...)
		dst = append(dst, r.Session...)
		dst = append(dst, " status="...)
		dst = strconv.AppendInt(dst, int64(r.Status), 10)
		dst = append(dst, " dur_us="...)
		dst = strconv.AppendInt(dst, r.DurUS, 10)
		dst = append(dst, " bytes="...)
		dst = strconv.AppendInt(dst, r.Bytes, 10)
		dst = append(dst, '\n')
	}
	return dst
}

// appendJSON appends n events as a JSON array.
func (s *source) appendJSON(dst []byte, n int) ([]byte, error) {
	records := make([]record, n)
	for i := range records {
		records[i] = s.next()
	}
	text, err := json.Marshal(records)
	return append(dst, text...), err
}
