// Lines of measurements are parsed, counted by struct keys, and put into large reports.
package main

import (
	"bufio"
	"bytes"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"sort"
	"strconv"
	"strings"
)

type series struct {
	host   string
	metric string
	hour   uint16
}

type stat struct {
	count    int
	sum, max float64
	recent   [8]float64
}

type histogram struct {
	bounds [64]float64
	counts [64]uint64
	name   string
}

func (h histogram) String() string { return h.name + ":" + strconv.Itoa(int(h.counts[0])) } // reason: concatenation formatting

type sink interface{ accept(h fmt.Stringer) }

type memorySink struct{ got []fmt.Stringer }

func (m *memorySink) accept(h fmt.Stringer) { m.got = append(m.got, h) } // reason: slice_growth

func parse(line string) (series, float64, error) {
	fields := strings.SplitN(line, " ", 4) // reason: string_building
	if len(fields) != 4 {
		return series{}, 0, fmt.Errorf("%q: %d fields", line, len(fields)) // reason: error_value interface_boxing variadic_slice
	}
	v, err := strconv.ParseFloat(fields[3], 64) // reason: error_value formatting string_building string_conversion
	if err != nil {
		return series{}, 0, err
	}
	hour, _ := strconv.Atoi(fields[2])
	return series{fields[0], strings.ToLower(fields[1]), uint16(hour)}, v, nil // reason: string_building buffer_growth
}

func path(parts ...string) string { return filepath.Join(parts...) } // reason: string_building buffer_growth

func joinAll(sep string, parts ...string) string {
	out := ""
	for i, p := range parts {
		if i > 0 {
			out += sep // reason: concatenation
		}
		out += p // reason: concatenation
	}
	return out
}

type table struct {
	stats  map[series]*stat
	counts map[string]map[uint16]int
	flags  map[int64]struct{}
	lookup map[uint32]stat
}

func (t *table) add(s series, v float64) {
	st, ok := t.stats[s]
	if !ok {
		st = &stat{max: math.Inf(-1)} // reason: stored_in_heap container_element
		t.stats[s] = st               // reason: map_growth
	}
	st.recent[st.count%8] = v
	st.count++
	st.sum += v
	st.max = max(st.max, v)
	hours := t.counts[s.host]
	if hours == nil {
		hours = make(map[uint16]int) // reason: map_creation
		t.counts[s.host] = hours     // reason: map_growth
	}
	hours[s.hour]++                    // reason: map_growth
	t.flags[int64(v*100)] = struct{}{} // reason: map_growth
	t.lookup[uint32(v)] = *st          // reason: map_growth
}

func input(n int) []byte {
	var b bytes.Buffer // reason: leaking_callee interface_boxing unknown_callee
	for i := 0; i < n; i++ {
		fmt.Fprintf(&b, "host%d CPU.%c %d %g\n", i%40, 'a'+i%20, i%24, float64(i)*1.5) // reason: interface_boxing variadic_slice formatting buffer_growth
		if i%500 == 0 {
			b.WriteString("broken line\n") // reason: buffer_growth
		}
	}
	return b.Bytes()
}

func (t *table) report() []byte {
	keys := make([]series, 0, len(t.stats)) // reason: unknown_size
	for k := range t.stats {
		keys = append(keys, k)
	}
	sort.Slice(keys, func(i, j int) bool { // reason: interface_boxing escaping_closure closure_capture reflection
		return keys[i].host < keys[j].host || keys[i].host == keys[j].host && keys[i].hour < keys[j].hour
	})
	var out []byte
	for _, k := range keys {
		out = append(out, path("metrics", k.host, k.metric)...)    // reason: slice_growth variadic_slice string_building buffer_growth
		out = append(out, joinAll("|", k.host, k.metric, "x")...)  // reason: slice_growth variadic_slice concatenation
		out = strconv.AppendFloat(out, t.stats[k].sum, 'f', 2, 64) // reason: slice_growth formatting
		out = append(out, '\n')                                    // reason: slice_growth
	}
	return out
}

func histograms(t *table, to sink) {
	for host, hours := range t.counts {
		h := histogram{name: "hist-" + host} // reason: concatenation
		for hour, n := range hours {         // reason: map_growth
			h.counts[hour%64] += uint64(n)
		}
		to.accept(h) // reason: interface_boxing slice_growth
	}
}

func main() {
	t := &table{stats: map[series]*stat{}, counts: map[string]map[uint16]int{}, flags: map[int64]struct{}{}, lookup: map[uint32]stat{}} // reason: map_creation
	scanner := bufio.NewScanner(bytes.NewReader(input(12000)))                                                                          // reason: buffer_growth returned_pointer interface_boxing
	var problems []string
	for scanner.Scan() { // reason: buffer_growth
		s, v, err := parse(scanner.Text()) // reason: string_conversion
		if err != nil {
			problems = append(problems, err.Error()) // reason: slice_growth
			continue
		}
		t.add(s, v)
	}
	m := &memorySink{} // reason: interface_boxing unknown_callee stored_in_heap leaking_callee
	histograms(t, m)
	fmt.Fprintln(os.Stderr, len(t.report()), len(problems), m.got[0]) // reason: interface_boxing variadic_slice formatting
	writeProfile()
}
