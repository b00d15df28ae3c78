// Package store keeps values by key.
package store

import "example.com/trimpath/internal/codec"

// Store keeps values by key.
type Store struct {
	values map[string]*entry
	keys   []string
}

type entry struct {
	value []byte
	next  *entry
}

// New returns an empty store.
func New() *Store {
	return &Store{values: make(map[string]*entry)} // reason: returned_pointer stored_in_heap map_creation
}

// Put keeps a value.
//
//go:noinline
func (s *Store) Put(key string, value []byte) {
	s.values[key] = &entry{value: codec.Encode(value)} // reason: stored_in_heap container_element map_growth
	s.keys = append(s.keys, key)                       // reason: slice_growth
}

// Each calls f for each value.
func (s *Store) Each(f func(string, []byte)) {
	for _, key := range s.keys {
		f(key, s.values[key].value)
	}
}

// Key names a number.
func Key(i int) string {
	return "key-" + codec.Number(i) // reason: concatenation
}
