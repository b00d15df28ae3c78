package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"runtime"
	"time"
)

// manifest describes a bundle to whoever opens it later.
type manifest struct {
	Service    string      `json:"service"`
	Variant    string      `json:"variant"`
	GoVersion  string      `json:"go_version"`
	GOOS       string      `json:"goos"`
	GOARCH     string      `json:"goarch"`
	BuildFlags string      `json:"build_flags"`
	GOGC       string      `json:"gogc"`
	GOMAXPROCS int         `json:"gomaxprocs"`
	GODEBUG    string      `json:"godebug"`
	Start      time.Time   `json:"start"`
	End        time.Time   `json:"end"`
	Load       loadSummary `json:"load"`
	Files      []artefact  `json:"files"`
}

type artefact struct {
	Path string `json:"path"`
	What string `json:"what"`
}

var artefacts = []artefact{
	{"escape.log", "compiler diagnostics (-m=2) of every package of the module"},
	{"gctrace.log", "standard error of the service under GODEBUG=gctrace=1"},
	{"metrics/", "one scrape of /metrics a second, named <unix milliseconds>.prom"},
	{"heap-1.pb.gz", "heap profile at 17 % of the run"},
	{"heap-2.pb.gz", "heap profile at 56 % of the run"},
	{"heap-3.pb.gz", "heap profile at 97 % of the run, under load"},
	{"allocs.pb.gz", "allocs profile at 97 % of the run"},
	{"cpu.pb.gz", "CPU profile of 30 s, started at 35 % of the run"},
	{"goroutine.pb.gz", "goroutine profile at 98 % of the run"},
	{"goroutine.txt", "goroutine stacks (debug=2) at 98 % of the run"},
	{"heap-debug1.txt", "heap profile as text (debug=1), with the MemStats trailer"},
}

// write completes the manifest. The load generator is built by the same Go as
// the service, so its own version is the service's.
func (m manifest) write(directory string) error {
	m.GoVersion = runtime.Version()
	m.GOOS, m.GOARCH = runtime.GOOS, runtime.GOARCH
	m.GODEBUG = "gctrace=1"
	m.Start, m.End = m.Start.Truncate(time.Millisecond), m.End.Truncate(time.Millisecond)
	m.Files = artefacts
	text, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(directory, "manifest.json"), append(text, '\n'), 0o644)
}
