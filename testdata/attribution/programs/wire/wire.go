// Package wire frames messages for a connection.
package wire

import (
	"encoding/binary"
	"errors"
	"io"
	"sync"
)

type Message struct {
	Kind    uint8
	Headers map[string]string
	Body    []byte
}

var ErrShort = errors.New("short frame")

// A slice goes into the pool by value: each Put boxes its header.
var scratch = sync.Pool{New: func() any { return make([]byte, 0, 512) }} // reason: interface_boxing too_large returned_pointer unknown_size pool_refill

func Encode(w io.Writer, m *Message) error {
	buf := scratch.Get().([]byte)[:0] // reason: pool_refill interface_boxing returned_pointer
	buf = append(buf, m.Kind)
	buf = binary.AppendUvarint(buf, uint64(len(m.Headers)))
	for k, v := range m.Headers {
		buf = appendString(appendString(buf, k), v) // reason: slice_growth
	}
	buf = appendString(buf, string(m.Body)) // reason: string_conversion slice_growth
	_, err := w.Write(buf)                  // reason: buffer_growth
	scratch.Put(buf)                        // reason: interface_boxing pool_refill
	return err
}

func appendString(buf []byte, s string) []byte {
	buf = binary.AppendUvarint(buf, uint64(len(s)))
	return append(buf, s...) // reason: slice_growth
}

type Decoder struct {
	data []byte
	at   int
}

func NewDecoder(data []byte) *Decoder { return &Decoder{data: data} } // reason: returned_pointer

func (d *Decoder) uvarint() (int, error) {
	v, n := binary.Uvarint(d.data[d.at:])
	if n <= 0 {
		return 0, ErrShort
	}
	d.at += n
	return int(v), nil
}

func (d *Decoder) text() (string, error) {
	n, err := d.uvarint()
	if err != nil {
		return "", err
	}
	if d.at+n > len(d.data) {
		return "", &FrameError{Offset: d.at, Err: ErrShort} // reason: returned_pointer interface_boxing
	}
	s := string(d.data[d.at : d.at+n]) // reason: string_conversion
	d.at += n
	return s, nil
}

func (d *Decoder) Next() (*Message, error) {
	m := &Message{Kind: d.data[d.at]} // reason: returned_pointer
	d.at++
	n, err := d.uvarint()
	if err != nil {
		return nil, err
	}
	m.Headers = make(map[string]string, n) // reason: map_creation
	for i := 0; i < n; i++ {
		k, err := d.text()
		if err != nil {
			return nil, err
		}
		if m.Headers[k], err = d.text(); err != nil { // reason: map_growth
			return nil, err
		}
	}
	body, err := d.text()
	m.Body = []byte(body) // reason: string_conversion
	return m, err
}

type FrameError struct {
	Offset int
	Err    error
}

func (e *FrameError) Error() string { return "offset " + itoa(e.Offset) + ": " + e.Err.Error() } // reason: concatenation
func (e *FrameError) Unwrap() error { return e.Err }

func itoa(n int) string {
	if n == 0 {
		return "0"
	}
	var digits []byte
	for ; n > 0; n /= 10 {
		digits = append([]byte{byte('0' + n%10)}, digits...) // reason: slice_growth returned_pointer stored_in_heap other
	}
	return string(digits) // reason: string_conversion
}
