package event

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"sync"
)

// fieldPool holds scratch space for unquoted field values. Values are short, so
// a buffer rarely outgrows its first 64 bytes.
var fieldPool = sync.Pool{
	New: func() any { return make([]byte, 0, 64) },
}

var errQuote = errors.New("event: unterminated quoted value")

// UnmarshalLine reads one line of space-separated key=value fields. A value may
// be double-quoted, with backslash escapes for the quote and the backslash.
// Unknown keys are ignored: clients are allowed to be newer than the service.
func (e *Event) UnmarshalLine(line []byte, names *Interner) error {
	for len(line) > 0 {
		key, rest, found := bytes.Cut(line, []byte{'='})
		if !found {
			return fmt.Errorf("event: field %q has no value", line)
		}

		buf := fieldPool.Get().([]byte)
		buf, rest, err := unquote(buf[:0], rest)
		if err == nil {
			err = e.set(key, buf, names)
		}
		fieldPool.Put(buf)
		if err != nil {
			return err
		}
		line = rest
	}
	return e.validate()
}

func (e *Event) set(key, value []byte, names *Interner) (err error) {
	switch string(key) {
	case "ts":
		e.UnixMilli, err = strconv.ParseInt(string(value), 10, 64)
	case "tenant":
		e.Tenant = names.Intern(value)
	case "kind":
		e.Kind = names.Intern(value)
	case "route":
		e.Route = names.Intern(value)
	case "session":
		err = e.Session.decode(value)
	case "status":
		e.Status, err = strconv.Atoi(string(value))
	case "dur_us":
		e.DurationUS, err = strconv.ParseInt(string(value), 10, 64)
	case "bytes":
		e.Bytes, err = strconv.ParseInt(string(value), 10, 64)
	}
	return err
}

// unquote appends the value at the start of s to dst and returns it with what
// follows the separating space.
func unquote(dst, s []byte) (value, rest []byte, err error) {
	if len(s) == 0 || s[0] != '"' {
		plain, rest, _ := bytes.Cut(s, []byte{' '})
		return append(dst, plain...), rest, nil
	}
	for i := 1; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
			if i == len(s) {
				return dst, nil, errQuote
			}
			dst = append(dst, s[i])
		case '"':
			return dst, bytes.TrimPrefix(s[i+1:], []byte{' '}), nil
		default:
			dst = append(dst, s[i])
		}
	}
	return dst, nil, errQuote
}
