// A store that keeps its newest writes in memory, and writes them out when they are 24 MiB.
package main

import (
	"fmt"
	"io"
	"slices"
	"sync"
	"time"

	"example.com/cases/obs"
)

type memtable struct {
	mu    sync.Mutex
	rows  map[string][]byte
	bytes int
}

func (m *memtable) put(key string, value []byte) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.rows[key] = value
	m.bytes += len(key) + len(value)
	if m.bytes > 24<<20 {
		m.flush(io.Discard)
	}
}

func (m *memtable) flush(w io.Writer) {
	keys := make([]string, 0, len(m.rows))
	for key := range m.rows {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	for _, key := range keys {
		io.WriteString(w, key)
		w.Write(m.rows[key])
	}
	m.rows, m.bytes = map[string][]byte{}, 0
}

func main() {
	m := &memtable{rows: map[string][]byte{}}
	n := 0
	obs.Run(time.Millisecond, func(int) {
		for range 11 {
			n++
			m.put(fmt.Sprintf("row/%09d", n), make([]byte, 1<<9))
		}
	})
}
