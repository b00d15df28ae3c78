package event

import "sync"

// maxNames bounds the interner: past it, names are still accepted but no longer
// shared, so a client that sends random tenants cannot fill the memory.
const maxNames = 16 << 10

// Interner returns one shared string for equal byte slices. Tenants, kinds and
// routes come from small sets, and every event repeats them.
type Interner struct {
	mu    sync.RWMutex
	names map[string]string
}

// NewInterner returns an empty interner.
func NewInterner() *Interner {
	return &Interner{names: make(map[string]string, 1024)}
}

// Intern returns the shared string equal to b.
func (in *Interner) Intern(b []byte) string {
	in.mu.RLock()
	s, ok := in.names[string(b)]
	in.mu.RUnlock()
	if ok {
		return s
	}

	in.mu.Lock()
	defer in.mu.Unlock()
	s = string(b)
	if len(in.names) < maxNames {
		in.names[s] = s
	}
	return s
}
