// Command gogcruns does a fixed amount of work of one kind and records what the runtime says of it.
//
//	GODEBUG=gctrace=1 GOGC=200 gogcruns WORKLOAD OUT 2> OUT.log
//
// writes OUT.json (final metrics, CPU time, wall time, peaks) and OUT.series.csv (metrics over time).
package main

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"os"
	"runtime"
	"runtime/metrics"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// period is the time between two rows of the series.
const period = 50 * time.Millisecond

func main() {
	if len(os.Args) != 3 || workloads[os.Args[1]] == nil {
		fmt.Fprintln(os.Stderr, "usage: gogcruns WORKLOAD OUT")
		os.Exit(2)
	}
	name, out := os.Args[1], os.Args[2]
	recorder := newRecorder(out + ".series.csv")
	begin := time.Now()
	workloads[name]()
	wall := time.Since(begin)
	recorder.stop()
	writeSummary(out+".json", name, wall, recorder)
}

// recorder samples every metric of a single number.
type recorder struct {
	file    *os.File
	csv     *csv.Writer
	samples []metrics.Sample
	begin   time.Time
	done    chan struct{}
	wait    sync.WaitGroup
	peak    uint64
}

func newRecorder(path string) *recorder {
	file, err := os.Create(path)
	check(err)
	r := &recorder{file: file, csv: csv.NewWriter(file), begin: time.Now(), done: make(chan struct{})}
	header := []string{"t"}
	for _, description := range metrics.All() {
		if description.Kind == metrics.KindFloat64Histogram || !kept(description.Name) {
			continue
		}
		r.samples = append(r.samples, metrics.Sample{Name: description.Name})
		header = append(header, description.Name)
	}
	check(r.csv.Write(header))
	r.wait.Add(1)
	go r.run()
	return r
}

// kept tells the metrics that memory and its management depend on.
func kept(name string) bool {
	for _, prefix := range []string{"/gc/", "/memory/", "/cpu/", "/sched/goroutines:", "/sched/gomaxprocs:"} {
		if strings.HasPrefix(name, prefix) && !strings.HasPrefix(name, "/gc/cleanups") && !strings.HasPrefix(name, "/gc/finalizers") {
			return true
		}
	}
	return false
}

func (r *recorder) run() {
	defer r.wait.Done()
	ticker := time.NewTicker(period)
	defer ticker.Stop()
	row := make([]string, len(r.samples)+1)
	for {
		select {
		case <-ticker.C:
			r.sample(row)
		case <-r.done:
			r.sample(row)
			return
		}
	}
}

func (r *recorder) sample(row []string) {
	metrics.Read(r.samples)
	row[0] = strconv.FormatFloat(time.Since(r.begin).Seconds(), 'f', 6, 64)
	for i, sample := range r.samples {
		row[i+1] = number(sample.Value)
		if sample.Name == "/memory/classes/heap/objects:bytes" && sample.Value.Uint64() > r.peak {
			r.peak = sample.Value.Uint64()
		}
	}
	check(r.csv.Write(row))
}

func (r *recorder) stop() {
	close(r.done)
	r.wait.Wait()
	r.csv.Flush()
	check(r.file.Close())
}

func number(value metrics.Value) string {
	switch value.Kind() {
	case metrics.KindUint64:
		return strconv.FormatUint(value.Uint64(), 10)
	case metrics.KindFloat64:
		return strconv.FormatFloat(value.Float64(), 'g', 8, 64)
	}
	return ""
}

func writeSummary(path, workload string, wall time.Duration, r *recorder) {
	summary := map[string]any{
		"workload": workload, "go": runtime.Version(), "procs": runtime.GOMAXPROCS(0),
		"gogc": os.Getenv("GOGC"), "memlimit": os.Getenv("GOMEMLIMIT"),
		"wall_s": wall.Seconds(), "peak_objects": r.peak,
	}
	for _, sample := range r.samples {
		if value, err := strconv.ParseFloat(number(sample.Value), 64); err == nil {
			summary[sample.Name] = value
		}
	}
	var usage syscall.Rusage
	check(syscall.Getrusage(syscall.RUSAGE_SELF, &usage))
	summary["utime_s"] = float64(usage.Utime.Nano()) / 1e9
	summary["stime_s"] = float64(usage.Stime.Nano()) / 1e9
	summary["maxrss_kb"] = usage.Maxrss
	text, err := json.Marshal(summary)
	check(err)
	check(os.WriteFile(path, append(text, '\n'), 0o644))
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}
