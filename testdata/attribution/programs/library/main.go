// What allocates within the standard library, by the line that calls it.
package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"sync"
)

type record struct {
	Name  string            `json:"name"`
	Count int               `json:"count"`
	Tags  []string          `json:"tags"`
	Attrs map[string]string `json:"attrs"`
}

var (
	text    string
	parts   []string
	encoded []byte
	decoded record
	failure error
	pool    = sync.Pool{New: func() any { return new(bytes.Buffer) }} // reason: returned_pointer interface_boxing pool_refill
	pattern = regexp.MustCompile(`^([a-z]+)-(\d+)$`)                  // reason: library
)

func main() {
	for i := 0; i < 400; i++ {
		text = fmt.Sprintf("%s-%d", "item", i+1000) // reason: formatting interface_boxing variadic_slice
		text = strconv.Itoa(i + 1000)               // reason: formatting
		text = strings.Repeat("ab", 20+i%7)         // reason: buffer_growth string_building
		text = strings.ToUpper(text)                // reason: buffer_growth string_building
		parts = strings.Split("a,b,c,d,e,f", ",")   // reason: string_building unknown_size
		text = strings.Join(parts, "-")             // reason: buffer_growth string_building
		text = strings.ReplaceAll(text, "-", "::")  // reason: buffer_growth string_building
		failure = errors.New("no such item")        // reason: error_value returned_pointer
		failure = fmt.Errorf("load: %w", failure)   // reason: formatting error_value
		build(i)
		buffered(i)
		roundtrip(i)
		text = strings.Join(pattern.FindStringSubmatch("abc-123"), "/") // reason: regexp buffer_growth string_building
		pooled()
	}
	writeProfile()
}

func build(i int) {
	var b strings.Builder
	for j := 0; j < 10; j++ {
		b.WriteString("some text ") // reason: buffer_growth
		b.WriteByte('x')            // reason: buffer_growth
	}
	text = b.String()
}

func buffered(i int) {
	var b bytes.Buffer // reason: leaking_callee interface_boxing
	for j := 0; j < 10; j++ {
		b.WriteString("some more text") // reason: buffer_growth
	}
	fmt.Fprintf(&b, "%d", i) // reason: interface_boxing variadic_slice formatting buffer_growth
	text = b.String()        // reason: string_conversion
}

func roundtrip(i int) {
	in := record{Name: "n", Count: i, Tags: []string{"a", "b"}, Attrs: map[string]string{"k": "v"}} // reason: map_creation stored_in_heap container_element slice_growth interface_boxing other
	encoded, failure = json.Marshal(in)                                                             // reason: encoding interface_boxing
	decoded = record{}                                                                              // reason: other
	failure = json.Unmarshal(encoded, &decoded)                                                     // reason: encoding
}

func pooled() {
	b := pool.Get().(*bytes.Buffer) // reason: pool_refill
	b.Reset()
	b.WriteString("pooled") // reason: buffer_growth
	pool.Put(b)             // reason: pool_refill
}
