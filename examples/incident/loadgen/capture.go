package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"time"
)

type captureOptions struct {
	directory string
	target    string // serves /metrics
	debug     string // serves /debug/pprof
	duration  time.Duration
}

// shot is one file taken at a fraction of the run.
type shot struct {
	at   float64
	path string
	file string
}

// shots are spread over the run. The last ones are taken shortly before its end,
// while the load is still on.
var shots = []shot{
	{0.17, "/debug/pprof/heap", "heap-1.pb.gz"},
	{0.35, "/debug/pprof/profile?seconds=30", "cpu.pb.gz"},
	{0.56, "/debug/pprof/heap", "heap-2.pb.gz"},
	{0.97, "/debug/pprof/heap", "heap-3.pb.gz"},
	{0.97, "/debug/pprof/allocs", "allocs.pb.gz"},
	{0.98, "/debug/pprof/goroutine", "goroutine.pb.gz"},
	{0.98, "/debug/pprof/goroutine?debug=2", "goroutine.txt"},
	{0.98, "/debug/pprof/heap?debug=1", "heap-debug1.txt"},
}

// run takes all shots and one scrape a second, until the duration is over.
func (o captureOptions) run(ctx context.Context) error {
	if err := os.MkdirAll(filepath.Join(o.directory, "metrics"), 0o755); err != nil {
		return err
	}
	start := time.Now()
	errs := make(chan error, 2)
	var wg sync.WaitGroup
	wg.Add(2)
	go func() { defer wg.Done(); errs <- o.takeShots(ctx, start) }()
	go func() { defer wg.Done(); errs <- o.scrape(ctx, start) }()
	wg.Wait()
	return firstError(<-errs, <-errs)
}

func (o captureOptions) takeShots(ctx context.Context, start time.Time) error {
	for _, s := range shots {
		due := start.Add(time.Duration(s.at * float64(o.duration)))
		if err := sleepUntil(ctx, due); err != nil {
			return err
		}
		if err := save(ctx, o.debug+s.path, filepath.Join(o.directory, s.file)); err != nil {
			return err
		}
	}
	return nil
}

func (o captureOptions) scrape(ctx context.Context, start time.Time) error {
	for due := start; due.Before(start.Add(o.duration)); due = due.Add(time.Second) {
		if err := sleepUntil(ctx, due); err != nil {
			return err
		}
		name := fmt.Sprintf("%d.prom", time.Now().UnixMilli())
		if err := save(ctx, o.target+"/metrics", filepath.Join(o.directory, "metrics", name)); err != nil {
			return err
		}
	}
	return nil
}

func save(ctx context.Context, url, path string) (err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: %s", url, resp.Status)
	}

	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer func() { err = firstError(err, f.Close()) }()
	_, err = io.Copy(f, resp.Body)
	return err
}

func firstError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
