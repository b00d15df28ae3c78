package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"strconv"
	"strings"
	"time"
)

// scraper writes what a scrape of the program would hold.
type scraper struct {
	start   time.Time
	samples []metrics.Sample
	out     bytes.Buffer
	now     int64
}

func newScraper() *scraper {
	s := &scraper{start: time.Now()}
	for _, d := range metrics.All() {
		if !strings.HasPrefix(d.Name, "/godebug/") && !strings.Contains(d.Name, "by-size") && d.Name != "/sched/latencies:seconds" {
			s.samples = append(s.samples, metrics.Sample{Name: d.Name})
		}
	}
	return s
}

func (s *scraper) scrape(to io.Writer) error {
	s.out.Reset()
	s.now = time.Now().UnixMilli()
	s.memStats()
	s.process()
	metrics.Read(s.samples)
	for i, d := range s.samples {
		name := metricName(d.Name)
		switch d.Value.Kind() {
		case metrics.KindUint64:
			s.put(name+total(d.Name), float64(d.Value.Uint64()))
		case metrics.KindFloat64:
			s.put(name+total(d.Name), d.Value.Float64())
		case metrics.KindFloat64Histogram:
			s.histogram(name, s.samples[i].Value.Float64Histogram())
		}
	}
	_, err := to.Write(s.out.Bytes())
	return err
}

func (s *scraper) put(name string, value float64) {
	fmt.Fprintf(&s.out, "%s %s %d\n", name, strconv.FormatFloat(value, 'g', -1, 64), s.now)
}

// The decades to which client_golang reduces the runtime's buckets of seconds.
var bounds = []float64{6.4e-08, 6.4e-07, 7.168e-06, 8.192e-05, 0.0009175039999999999, 0.010485759999999998, 0.11744051199999998}

func (s *scraper) histogram(name string, h *metrics.Float64Histogram) {
	counts := make([]uint64, len(bounds)+1)
	for i, count := range h.Counts {
		at := 0
		for at < len(bounds) && h.Buckets[i+1] > bounds[at]*1.0001 {
			at++
		}
		counts[at] += count
	}
	sum := uint64(0)
	for i, bound := range bounds {
		sum += counts[i]
		s.put(fmt.Sprintf("%s_bucket{le=%q}", name, strconv.FormatFloat(bound, 'g', -1, 64)), float64(sum))
	}
	sum += counts[len(bounds)]
	s.put(name+`_bucket{le="+Inf"}`, float64(sum))
	s.put(name+"_count", float64(sum))
}

func (s *scraper) memStats() {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	var gc debug.GCStats
	gc.PauseQuantiles = make([]time.Duration, 5)
	debug.ReadGCStats(&gc)
	for i, quantile := range []string{"0", "0.25", "0.5", "0.75", "1"} {
		s.put(fmt.Sprintf("go_gc_duration_seconds{quantile=%q}", quantile), gc.PauseQuantiles[i].Seconds())
	}
	s.put("go_gc_duration_seconds_sum", gc.PauseTotal.Seconds())
	s.put("go_gc_duration_seconds_count", float64(gc.NumGC))
	s.put("go_goroutines", float64(runtime.NumGoroutine()))
	s.put(fmt.Sprintf("go_info{version=%q}", runtime.Version()), 1)
	for _, v := range []struct {
		name  string
		value uint64
	}{
		{"alloc_bytes", m.Alloc}, {"alloc_bytes_total", m.TotalAlloc}, {"buck_hash_sys_bytes", m.BuckHashSys},
		{"frees_total", m.Frees}, {"gc_sys_bytes", m.GCSys}, {"heap_alloc_bytes", m.HeapAlloc},
		{"heap_idle_bytes", m.HeapIdle}, {"heap_inuse_bytes", m.HeapInuse}, {"heap_objects", m.HeapObjects},
		{"heap_released_bytes", m.HeapReleased}, {"heap_sys_bytes", m.HeapSys}, {"mallocs_total", m.Mallocs},
		{"mcache_inuse_bytes", m.MCacheInuse}, {"mcache_sys_bytes", m.MCacheSys}, {"mspan_inuse_bytes", m.MSpanInuse},
		{"mspan_sys_bytes", m.MSpanSys}, {"next_gc_bytes", m.NextGC}, {"other_sys_bytes", m.OtherSys},
		{"stack_inuse_bytes", m.StackInuse}, {"stack_sys_bytes", m.StackSys}, {"sys_bytes", m.Sys},
	} {
		s.put("go_memstats_"+v.name, float64(v.value))
	}
	s.put("go_memstats_last_gc_time_seconds", float64(m.LastGC)/1e9)
	threads, _ := runtime.ThreadCreateProfile(nil)
	s.put("go_threads", float64(threads))
}

func (s *scraper) process() {
	stat, err := os.ReadFile("/proc/self/stat")
	if err != nil {
		return
	}
	fields := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+2:]))
	number := func(field int) float64 {
		value, _ := strconv.ParseFloat(fields[field-3], 64)
		return value
	}
	s.put("process_cpu_seconds_total", (number(14)+number(15))/100)
	s.put("process_virtual_memory_bytes", number(23))
	s.put("process_resident_memory_bytes", number(24)*float64(os.Getpagesize()))
	s.put("process_start_time_seconds", float64(s.start.UnixMilli()/10)/100)
}

// metricName is client_golang's rule: /a/b-c:unit is go_a_b_c_unit.
func metricName(name string) string {
	return "go" + strings.NewReplacer("/", "_", "-", "_", ":", "_").Replace(strings.ReplaceAll(name, "*", "_"))
}

func total(name string) string {
	for _, d := range metrics.All() {
		if d.Name == name && d.Cumulative {
			return "_total"
		}
	}
	return ""
}
