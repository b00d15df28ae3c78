package wire

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"
)

func message(n int) *Message {
	return &Message{ // reason: returned_pointer
		Kind:    uint8(n),
		Headers: map[string]string{"id": fmt.Sprint(n), "type": "test", "trace": strings.Repeat("f", 24)}, // reason: map_creation map_growth formatting interface_boxing variadic_slice string_building
		Body:    bytes.Repeat([]byte("body "), n%40+1),                                                    // reason: string_building
	}
}

func TestRoundTrip(t *testing.T) {
	for _, c := range []struct { // reason: too_large other returned_pointer closure_capture stored_in_heap unknown_size
		name string
		n    int
	}{{"small", 1}, {"middle", 20}, {"large", 39}} {
		t.Run(c.name, func(t *testing.T) { // reason: testing escaping_closure closure_capture
			var b bytes.Buffer // reason: interface_boxing unknown_callee leaking_callee
			if err := Encode(&b, message(c.n)); err != nil {
				t.Fatal(err)
			}
			m, err := NewDecoder(b.Bytes()).Next()
			if err != nil || m.Headers["id"] != fmt.Sprint(c.n) { // reason: formatting interface_boxing variadic_slice
				t.Fatalf("%v %v", m, err)
			}
		})
	}
}

func TestShort(t *testing.T) {
	for n := 0; n < 200; n++ {
		_, err := NewDecoder([]byte{1, 1, 9, 'a'}).Next()
		var f *FrameError                                                // reason: interface_boxing leaking_callee
		if !errors.As(err, &f) || f.Error() != "offset 3: short frame" { // reason: concatenation error_value reflection
			t.Fatal(err)
		}
	}
}

func BenchmarkEncode(b *testing.B) {
	m := message(30)
	var out bytes.Buffer // reason: interface_boxing unknown_callee leaking_callee
	b.ReportAllocs()
	for i := 0; i < b.N; i++ {
		out.Reset()
		if err := Encode(&out, m); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkDecode(b *testing.B) {
	var out bytes.Buffer // reason: interface_boxing unknown_callee leaking_callee
	if err := Encode(&out, message(30)); err != nil {
		b.Fatal(err)
	}
	for i := 0; i < b.N; i++ {
		if _, err := NewDecoder(out.Bytes()).Next(); err != nil {
			b.Fatal(err)
		}
	}
}
