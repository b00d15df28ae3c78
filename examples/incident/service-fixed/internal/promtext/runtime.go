package promtext

import (
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"strconv"
	"strings"
	"sync"
	"time"
)

// runtimeReader reads runtime/metrics. Unlike runtime.ReadMemStats that does not
// stop the world, so a scrape costs the service next to nothing.
type runtimeReader struct {
	mu      sync.Mutex // guards the samples, which are reused
	samples []metrics.Sample
	index   map[string]int
	derived []metrics.Description
}

// derivedPrefixes select the runtime/metrics that are exposed under a name
// derived from their own, besides the go_memstats family.
var derivedPrefixes = []string{
	"/cpu/classes/",
	"/gc/cycles/",
	"/gc/gogc:",
	"/gc/gomemlimit:",
	"/gc/heap/live:",
	"/gc/limiter/",
	"/gc/scan/",
	"/sched/gomaxprocs:",
}

func newRuntimeReader() *runtimeReader {
	r := &runtimeReader{index: make(map[string]int)}
	for _, d := range metrics.All() {
		if d.Kind != metrics.KindUint64 && d.Kind != metrics.KindFloat64 {
			continue // histograms would be most of the volume of a scrape
		}
		r.index[d.Name] = len(r.samples)
		r.samples = append(r.samples, metrics.Sample{Name: d.Name})
		for _, prefix := range derivedPrefixes {
			if strings.HasPrefix(d.Name, prefix) {
				r.derived = append(r.derived, d)
			}
		}
	}
	return r
}

func (r *runtimeReader) families() []family {
	r.mu.Lock()
	defer r.mu.Unlock()
	metrics.Read(r.samples)

	families := []family{
		plain("go_goroutines", "Number of goroutines that currently exist.", "gauge", float64(runtime.NumGoroutine())),
		plain("go_threads", "Number of OS threads created.", "gauge", threads()),
		{
			name: "go_info", help: "Information about the Go environment.", kind: "gauge",
			samples: []sample{{labels: `{version="` + runtime.Version() + `"}`, value: 1}},
		},
	}
	for _, d := range r.derived {
		kind := "gauge"
		if d.Cumulative {
			kind = "counter"
		}
		families = append(families, plain(derivedName(d), "Sourced from "+d.Name+".", kind, r.value(d.Name)))
	}
	families = append(families, r.memstats()...)
	return append(families, gcStats()...)
}

// memstats gives the classic names their values from runtime/metrics.
func (r *runtimeReader) memstats() []family {
	objects := r.value("/memory/classes/heap/objects:bytes")
	unused := r.value("/memory/classes/heap/unused:bytes")
	released := r.value("/memory/classes/heap/released:bytes")
	free := r.value("/memory/classes/heap/free:bytes")
	stacks := r.value("/memory/classes/heap/stacks:bytes")
	tiny := r.value("/gc/heap/tiny/allocs:objects")
	mspanInuse := r.value("/memory/classes/metadata/mspan/inuse:bytes")
	mcacheInuse := r.value("/memory/classes/metadata/mcache/inuse:bytes")

	gauge := func(name, help string, v float64) family { return plain("go_memstats_"+name, help, "gauge", v) }
	count := func(name, help string, v float64) family { return plain("go_memstats_"+name, help, "counter", v) }
	return []family{
		gauge("alloc_bytes", "Bytes allocated in heap and currently in use.", objects),
		count("alloc_bytes_total", "Bytes allocated in heap until now, even if released already.", r.value("/gc/heap/allocs:bytes")),
		gauge("buck_hash_sys_bytes", "Bytes used by the profiling bucket hash table.", r.value("/memory/classes/profiling/buckets:bytes")),
		count("frees_total", "Total number of heap objects frees.", r.value("/gc/heap/frees:objects")+tiny),
		gauge("gc_sys_bytes", "Bytes used for garbage collection system metadata.", r.value("/memory/classes/metadata/other:bytes")),
		gauge("heap_alloc_bytes", "Heap bytes allocated and currently in use.", objects),
		gauge("heap_idle_bytes", "Heap bytes waiting to be used.", released+free),
		gauge("heap_inuse_bytes", "Heap bytes that are in use.", objects+unused),
		gauge("heap_objects", "Number of currently allocated objects.", r.value("/gc/heap/objects:objects")),
		gauge("heap_released_bytes", "Heap bytes released to OS.", released),
		gauge("heap_sys_bytes", "Heap bytes obtained from system.", objects+unused+released+free),
		count("mallocs_total", "Total number of heap objects allocated, both live and gc-ed.", r.value("/gc/heap/allocs:objects")+tiny),
		gauge("mcache_inuse_bytes", "Bytes in use by mcache structures.", mcacheInuse),
		gauge("mcache_sys_bytes", "Bytes obtained from system for mcache structures.", mcacheInuse+r.value("/memory/classes/metadata/mcache/free:bytes")),
		gauge("mspan_inuse_bytes", "Bytes in use by mspan structures.", mspanInuse),
		gauge("mspan_sys_bytes", "Bytes obtained from system for mspan structures.", mspanInuse+r.value("/memory/classes/metadata/mspan/free:bytes")),
		gauge("next_gc_bytes", "Heap bytes at which the next collection will start.", r.value("/gc/heap/goal:bytes")),
		gauge("other_sys_bytes", "Bytes used for other system allocations.", r.value("/memory/classes/other:bytes")),
		gauge("stack_inuse_bytes", "Bytes in use by the stack allocator.", stacks),
		gauge("stack_sys_bytes", "Bytes obtained from system for stacks.", stacks+r.value("/memory/classes/os-stacks:bytes")),
		gauge("sys_bytes", "Bytes obtained from system.", r.value("/memory/classes/total:bytes")),
	}
}

func (r *runtimeReader) value(name string) float64 {
	i, ok := r.index[name]
	if !ok {
		return 0
	}
	switch v := r.samples[i].Value; v.Kind() {
	case metrics.KindUint64:
		return float64(v.Uint64())
	case metrics.KindFloat64:
		return v.Float64()
	default:
		return 0
	}
}

func gcStats() []family {
	gc := debug.GCStats{PauseQuantiles: make([]time.Duration, 5)}
	debug.ReadGCStats(&gc)

	pauses := family{
		name: "go_gc_duration_seconds", kind: "summary",
		help: "A summary of the stop-the-world pause of garbage collection cycles.",
	}
	for i, q := range gc.PauseQuantiles {
		quantile := strconv.FormatFloat(float64(i)/float64(len(gc.PauseQuantiles)-1), 'g', -1, 64)
		pauses.samples = append(pauses.samples, sample{labels: `{quantile="` + quantile + `"}`, value: q.Seconds()})
	}
	pauses.samples = append(pauses.samples,
		sample{suffix: "_sum", value: gc.PauseTotal.Seconds()},
		sample{suffix: "_count", value: float64(gc.NumGC)})

	var last float64
	if gc.NumGC > 0 {
		last = float64(gc.LastGC.UnixNano()) / 1e9
	}
	return []family{
		pauses,
		plain("go_memstats_last_gc_time_seconds", "Number of seconds since 1970 of last garbage collection.", "gauge", last),
	}
}

func threads() float64 {
	n, _ := runtime.ThreadCreateProfile(nil)
	return float64(n)
}

// derivedName turns /a/b-c:unit into go_a_b_c_unit, with _total for counters.
func derivedName(d metrics.Description) string {
	path, unit, _ := strings.Cut(strings.TrimPrefix(d.Name, "/"), ":")
	name := "go_" + nameChars.Replace(path) + "_" + nameChars.Replace(unit)
	if d.Cumulative {
		name += "_total"
	}
	return name
}

var nameChars = strings.NewReplacer("/", "_", "-", "_")
