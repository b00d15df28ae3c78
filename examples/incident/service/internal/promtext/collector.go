// Package promtext writes the process's metrics in the Prometheus text format
// 0.0.4, under the names that client_golang gives them. The service has no other
// use for that library, so it does without.
package promtext

import (
	"bufio"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// Collector is an http.Handler that exposes the runtime, the process, and the
// counters added to it.
type Collector struct {
	runtime  *runtimeReader
	counters []counter
}

type counter struct {
	name, help string
	value      func() int64
}

// family is one metric family. A plain metric has a single sample without
// suffix or labels.
type family struct {
	name, help, kind string
	samples          []sample
}

type sample struct {
	suffix string // appended to the family's name
	labels string // rendered, with braces
	value  float64
}

// NewCollector returns a collector for the runtime and the process.
func NewCollector() *Collector {
	return &Collector{runtime: newRuntimeReader()}
}

// Counter adds a counter. All counters must be added before the first scrape.
func (c *Collector) Counter(name, help string, value func() int64) {
	c.counters = append(c.counters, counter{name, help, value})
}

// ServeHTTP answers one scrape.
func (c *Collector) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
	// A failed write means that the scraper has gone; the next one starts afresh.
	_ = write(w, c.families())
}

func (c *Collector) families() []family {
	families := c.runtime.families()
	families = append(families, processFamilies()...)
	for _, ctr := range c.counters {
		families = append(families, plain(ctr.name, ctr.help, "counter", float64(ctr.value())))
	}
	slices.SortFunc(families, func(a, b family) int { return strings.Compare(a.name, b.name) })
	return families
}

func plain(name, help, kind string, value float64) family {
	return family{name: name, help: help, kind: kind, samples: []sample{{value: value}}}
}

func write(w io.Writer, families []family) error {
	out := bufio.NewWriter(w)
	var number []byte
	for _, f := range families {
		out.WriteString("# HELP " + f.name + " " + escapeHelp.Replace(f.help) + "\n")
		out.WriteString("# TYPE " + f.name + " " + f.kind + "\n")
		for _, s := range f.samples {
			number = strconv.AppendFloat(number[:0], s.value, 'g', -1, 64)
			out.WriteString(f.name + s.suffix + s.labels + " ")
			out.Write(number)
			out.WriteByte('\n')
		}
	}
	return out.Flush()
}

var escapeHelp = strings.NewReplacer(`\`, `\\`, "\n", `\n`)
