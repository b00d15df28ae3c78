// Package api is the HTTP surface of the service.
package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"

	"example.com/ingest/internal/archive"
	"example.com/ingest/internal/event"
	"example.com/ingest/internal/promtext"
	"example.com/ingest/internal/store"
)

// maxBody is the largest batch accepted; the SDKs split at 80 KB.
const maxBody = 96 << 10

// bodies holds read buffers: one of this size never fits on the stack.
var bodies = sync.Pool{
	New: func() any { return new([maxBody]byte) },
}

// Handler serves the event API.
type Handler struct {
	store     *store.Store
	committer *store.Committer
	archive   *archive.Log
	names     *event.Interner

	accepted atomic.Int64
	rejected atomic.Int64
}

// New returns a handler that commits to st through c, and keeps what it accepted
// in batches.
func New(st *store.Store, c *store.Committer, batches *archive.Log) *Handler {
	return &Handler{store: st, committer: c, archive: batches, names: event.NewInterner()}
}

// Routes adds the handler's endpoints to mux.
func (h *Handler) Routes(mux *http.ServeMux) {
	mux.HandleFunc("POST /events", h.postEvents)
	mux.HandleFunc("GET /stats", h.getStats)
	mux.HandleFunc("GET /recent", h.getRecent)
}

// Register exports the service's own counters next to the runtime's.
func (h *Handler) Register(c *promtext.Collector) {
	c.Counter("ingest_events_total", "Events applied.", h.store.Events)
	c.Counter("ingest_batches_accepted_total", "Batches accepted.", h.accepted.Load)
	c.Counter("ingest_batches_rejected_total", "Batches that were not accepted.", h.rejected.Load)
}

// postEvents accepts a batch or none of it: nothing is committed before every
// event has been validated.
func (h *Handler) postEvents(w http.ResponseWriter, r *http.Request) {
	buf := bodies.Get().(*[maxBody]byte)
	defer bodies.Put(buf)

	n, err := io.ReadFull(r.Body, buf[:])
	switch {
	case err == nil:
		h.reject(w, http.StatusRequestEntityTooLarge, fmt.Errorf("a batch is limited to %d bytes", maxBody-1))
		return
	case !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF):
		h.reject(w, http.StatusBadRequest, err)
		return
	}

	decode := h.decodeLines
	if strings.HasPrefix(r.Header.Get("Content-Type"), "application/json") {
		decode = h.decodeJSON
	}
	batch := store.NewBatch()
	if err := decode(batch, buf[:n]); err != nil {
		batch.Free()
		h.reject(w, http.StatusBadRequest, err)
		return
	}

	if err := h.archive.Append(buf[:n]); err != nil {
		batch.Free()
		h.reject(w, http.StatusInternalServerError, err)
		return
	}
	h.committer.Enqueue(batch)
	h.accepted.Add(1)
	w.WriteHeader(http.StatusAccepted)
}

func (h *Handler) decodeLines(batch *store.Batch, body []byte) error {
	for len(body) > 0 {
		var line []byte
		line, body, _ = bytes.Cut(body, []byte{'\n'})
		if len(line) == 0 {
			continue
		}
		if err := batch.Next().UnmarshalLine(line, h.names); err != nil {
			return fmt.Errorf("event %d: %w", batch.Len()-1, err)
		}
	}
	return nil
}

func (h *Handler) decodeJSON(batch *store.Batch, body []byte) error {
	var items []event.JSON
	if err := json.Unmarshal(body, &items); err != nil {
		return err
	}
	for i := range items {
		if err := batch.Next().FromJSON(&items[i], h.names); err != nil {
			return fmt.Errorf("event %d: %w", i, err)
		}
	}
	return nil
}

func (h *Handler) reject(w http.ResponseWriter, status int, err error) {
	h.rejected.Add(1)
	http.Error(w, err.Error(), status)
}

// seriesStats is one row of GET /stats.
type seriesStats struct {
	Series    string  `json:"series"`
	Count     int64   `json:"count"`
	LatencyUS float64 `json:"latency_us_p99"`
	Bytes     float64 `json:"bytes_p99"`
}

func (h *Handler) getStats(w http.ResponseWriter, _ *http.Request) {
	size := h.store.Size.Snapshot()
	var series []seriesStats
	for name, latency := range h.store.Latency.Snapshot() {
		bytes := size[name]
		series = append(series, seriesStats{
			Series:    name.String(),
			Count:     latency.Count,
			LatencyUS: latency.Quantile(0.99),
			Bytes:     bytes.Quantile(0.99),
		})
	}
	writeJSON(w, map[string]any{
		"events":        h.store.Events(),
		"open_sessions": h.store.Sessions.Open(),
		"series":        series,
	})
}

func (h *Handler) getRecent(w http.ResponseWriter, r *http.Request) {
	limit, err := strconv.Atoi(r.FormValue("limit"))
	if err != nil || limit < 1 || limit > 1000 {
		limit = 100
	}
	writeJSON(w, h.store.Recent.Last(r.FormValue("tenant"), limit))
}

func writeJSON(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	// A failed write means that the client has gone; there is nobody to tell.
	_ = json.NewEncoder(w).Encode(v)
}
