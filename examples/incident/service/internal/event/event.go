// Package event defines one usage event and its two wire forms.
package event

import (
	"encoding/hex"
	"fmt"
)

// SessionID is the binary form of the 32 hex digits a client sends.
type SessionID [16]byte

// Event is one validated usage event. Its strings are interned, so an Event
// never keeps a request body alive.
type Event struct {
	UnixMilli  int64
	Tenant     string
	Kind       string
	Route      string
	Session    SessionID
	Status     int
	DurationUS int64
	Bytes      int64
}

// validate rejects what no later stage could make sense of.
func (e *Event) validate() error {
	switch {
	case e.Tenant == "":
		return fmt.Errorf("event: tenant is missing")
	case e.Kind == "":
		return fmt.Errorf("event: kind is missing")
	case e.UnixMilli <= 0:
		return fmt.Errorf("event: ts is missing")
	case e.Status < 100 || e.Status > 599:
		return fmt.Errorf("event: status %d is out of range", e.Status)
	}
	return nil
}

func (id *SessionID) decode(text []byte) error {
	if len(text) != hex.EncodedLen(len(id)) {
		return fmt.Errorf("event: session has %d digits, want %d", len(text), hex.EncodedLen(len(id)))
	}
	_, err := hex.Decode(id[:], text)
	return err
}
