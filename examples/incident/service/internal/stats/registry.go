// Package stats keeps a running summary per series.
package stats

import (
	"math"
	"math/bits"
	"sync"
	"time"
)

// Summary describes the values observed for one series.
type Summary struct {
	Count int64   `json:"count"`
	Sum   float64 `json:"sum"`
	Max   float64 `json:"max"`
	Last  any     `json:"last"`

	// buckets[i] counts values in [2^(i-1), 2^i), which is precise enough for
	// the P99 of a dashboard and costs no allocation per value.
	buckets [48]int64
}

// Registry holds the summaries of one quantity, keyed by series name.
type Registry struct {
	mu     sync.Mutex
	series map[string]*Summary
}

// NewRegistry returns an empty registry.
func NewRegistry() *Registry {
	return &Registry{series: make(map[string]*Summary)}
}

// Observe adds a value to a series. Any numeric type will do; values of other
// types only update Last.
func (r *Registry) Observe(name string, v any) {
	r.mu.Lock()
	defer r.mu.Unlock()

	s := r.series[name]
	if s == nil {
		s = new(Summary)
		r.series[name] = s
	}
	s.Last = v

	switch v := v.(type) {
	case int:
		s.add(float64(v))
	case int64:
		s.add(float64(v))
	case float64:
		s.add(v)
	case time.Duration:
		s.add(v.Seconds())
	}
}

// Snapshot copies every summary.
func (r *Registry) Snapshot() map[string]Summary {
	r.mu.Lock()
	defer r.mu.Unlock()

	out := make(map[string]Summary, len(r.series))
	for name, s := range r.series {
		out[name] = *s
	}
	return out
}

func (s *Summary) add(v float64) {
	s.Count++
	s.Sum += v
	s.Max = math.Max(s.Max, v)
	if v >= 0 {
		s.buckets[min(bits.Len64(uint64(v)), len(s.buckets)-1)]++
	}
}

// Quantile returns an upper bound for the q-quantile, within a factor of two.
func (s *Summary) Quantile(q float64) float64 {
	rank := int64(math.Ceil(q * float64(s.Count)))
	for i, n := range s.buckets {
		if rank -= n; rank <= 0 {
			return math.Min(s.Max, math.Ldexp(1, i))
		}
	}
	return s.Max
}
