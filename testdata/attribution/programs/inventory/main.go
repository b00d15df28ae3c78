// Records from CSV, indexed, filtered by closures and written as JSON.
package main

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"time"
)

type row struct {
	ID    int       `json:"id"`
	Name  string    `json:"name"`
	Price *float64  `json:"price,omitempty"`
	Seen  time.Time `json:"seen"`
}

type filter func(*row) bool

type index struct {
	byID    map[int]*row
	byName  map[string][]*row
	flagged map[string]struct{}
}

var (
	table    []*row
	errEmpty = errors.New("empty") // reason: error_value returned_pointer
	lookup   index
	output   []byte
	text     string
	prices   [][]float64
	buckets  [16][]int32
)

func main() {
	source := input(500)
	reader := csv.NewReader(strings.NewReader(source)) // reason: encoding returned_pointer buffer_growth interface_boxing string_building leaking_callee stored_in_heap
	for {
		fields, err := reader.Read() // reason: encoding buffer_growth
		if err != nil {
			break
		}
		r, err := parse(fields)
		if err != nil {
			continue
		}
		table = append(table, r) // reason: slice_growth
	}
	lookup = build(table)
	cheap := where(table, both(below(50), named("item-1")))
	output, _ = json.Marshal(cheap)                      // reason: encoding interface_boxing
	scanner := bufio.NewScanner(bytes.NewReader(output)) // reason: buffer_growth returned_pointer interface_boxing stored_in_heap leaking_callee
	for scanner.Scan() {                                 // reason: buffer_growth
		text = scanner.Text() // reason: string_conversion
	}
	matrix(40)
	writeProfile()
}

//go:noinline
func input(n int) string {
	text := ""
	for i := 0; i < n; i++ {
		if i%100 == 0 {
			text += "\n" // reason: concatenation
		}
		line := []string{strconv.Itoa(i), "item-" + strconv.Itoa(i%7), strconv.Itoa(i * 3 % 101)} // reason: formatting concatenation
		text += strings.Join(line, ",") + "\n"                                                    // reason: concatenation string_building buffer_growth
	}
	return text
}

//go:noinline
func parse(fields []string) (*row, error) {
	if len(fields) < 3 {
		return nil, errEmpty
	}
	id, err := strconv.Atoi(fields[0])
	if err != nil {
		return nil, err
	}
	price, err := strconv.ParseFloat(fields[2], 64)   // reason: returned_pointer stored_in_heap
	r := &row{ID: id, Name: fields[1], Price: &price} // reason: returned_pointer
	return r, err
}

func build(rows []*row) index {
	x := index{byID: make(map[int]*row, len(rows)), byName: map[string][]*row{}} // reason: map_creation
	for _, r := range rows {
		x.byID[r.ID] = r                               // reason: map_growth
		x.byName[r.Name] = append(x.byName[r.Name], r) // reason: slice_growth map_growth
		b := r.ID % len(buckets)
		buckets[b] = append(buckets[b], int32(r.ID)) // reason: slice_growth
		if r.ID%3 == 0 {
			x.flag(r.Name + "/" + strconv.Itoa(r.ID)) // reason: concatenation map_growth map_creation formatting
		}
	}
	return x
}

func (x *index) flag(name string) {
	if x.flagged == nil {
		x.flagged = make(map[string]struct{}) // reason: map_creation
	}
	x.flagged[name] = struct{}{} // reason: map_growth
}

func where(rows []*row, keep filter) (out []*row) {
	for _, r := range rows {
		if keep(r) {
			out = append(out, r) // reason: slice_growth
		}
	}
	return out
}

func below(limit float64) filter {
	return func(r *row) bool { return *r.Price < limit } // reason: escaping_closure returned_pointer
}

func named(name string) filter {
	return func(r *row) bool { return r.Name == name } // reason: escaping_closure returned_pointer
}

//go:noinline
func both(a, b filter) filter {
	return func(r *row) bool { return a(r) && b(r) } // reason: escaping_closure returned_pointer
}

func matrix(n int) {
	prices = make([][]float64, n) // reason: unknown_size stored_in_heap container_element
	flat := make([]float64, n*n)  // reason: unknown_size stored_in_heap container_element
	for i := range prices {
		prices[i] = flat[i*n : (i+1)*n]
	}
	for i := 0; i < n; i++ {
		extra := make([]float64, 16, 32) // reason: stored_in_heap container_element
		prices = append(prices, extra)   // reason: slice_growth
	}
}
