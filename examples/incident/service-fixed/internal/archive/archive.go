// Package archive keeps the accepted batches as they were sent, compressed, for
// replay.
package archive

import (
	"compress/flate"
	"io"
	"sync"
)

// Log is an append-only, deflate-compressed log. One compressor serves all
// batches: its window is larger than a batch, and routes repeat across them.
type Log struct {
	mu  sync.Mutex
	out *flate.Writer
}

// New returns a log that writes to w.
func New(w io.Writer) (*Log, error) {
	out, err := flate.NewWriter(w, flate.DefaultCompression)
	if err != nil {
		return nil, err
	}
	return &Log{out: out}, nil
}

// Append adds one batch. The log does not keep body.
func (l *Log) Append(body []byte) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	_, err := l.out.Write(body)
	return err
}

// Close flushes what the compressor still holds.
func (l *Log) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.out.Close()
}
