// Package ring is a dependency.
package ring

// Ring is a list of values.
type Ring struct {
	items []any
	index map[string]int
}

// New returns a ring.
func New() *Ring { return &Ring{index: make(map[string]int)} }

// Add keeps a value.
//
//go:noinline
func (r *Ring) Add(name string, value any) {
	r.index[name] = len(r.items)
	r.items = append(r.items, value)
}

// Clone copies the values.
//
//go:noinline
func (r *Ring) Clone() []any {
	out := make([]any, len(r.items))
	copy(out, r.items)
	return out
}
