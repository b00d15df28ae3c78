package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"
)

type loadOptions struct {
	target      string
	duration    time.Duration
	rate        int
	batch       int
	connections int
	jsonEvery   int
	seed        uint64
}

// loadSummary says what was sent, and how the service kept up.
type loadSummary struct {
	RatePerSecond   int     `json:"rate_per_second"`
	BatchEvents     int     `json:"batch_events"`
	Connections     int     `json:"connections"`
	Seed            uint64  `json:"seed"`
	DurationSeconds float64 `json:"duration_seconds"`
	Requests        int     `json:"requests"`
	EventsSent      int     `json:"events_sent"`
	BytesSent       int64   `json:"bytes_sent"`
	Failed          int     `json:"failed_requests"`
	SlowestMS       float64 `json:"slowest_request_ms"`
	BehindMS        float64 `json:"furthest_behind_schedule_ms"`
}

// run sends a fixed number of requests on a fixed schedule. A request that is
// late is still sent, so that the number of events never depends on the service.
func (o loadOptions) run(ctx context.Context) (loadSummary, error) {
	total := loadSummary{
		RatePerSecond: o.rate, BatchEvents: o.batch, Connections: o.connections, Seed: o.seed,
	}
	perConnection := int(o.duration.Seconds() * float64(o.rate) / float64(o.batch*o.connections))
	interval := o.duration / time.Duration(perConnection)

	start := time.Now()
	var mu sync.Mutex
	var wg sync.WaitGroup
	var firstErr error
	for c := range o.connections {
		wg.Add(1)
		go func() {
			defer wg.Done()
			offset := interval * time.Duration(c) / time.Duration(o.connections)
			one, err := o.connection(ctx, c, perConnection, start.Add(offset), interval)

			mu.Lock()
			defer mu.Unlock()
			total.add(one)
			if firstErr == nil {
				firstErr = err
			}
		}()
	}
	wg.Wait()
	total.DurationSeconds = time.Since(start).Seconds()
	return total, firstErr
}

func (o loadOptions) connection(ctx context.Context, stream, requests int, start time.Time, interval time.Duration) (loadSummary, error) {
	client := &http.Client{
		Timeout:   30 * time.Second,
		Transport: &http.Transport{MaxConnsPerHost: 1, MaxIdleConnsPerHost: 1, DisableCompression: true},
	}
	defer client.CloseIdleConnections()

	events := newSource(o.seed, stream)
	var sum loadSummary
	var body []byte
	for i := range requests {
		due := start.Add(time.Duration(i) * interval)
		contentType := "text/plain"
		var err error
		if o.jsonEvery > 0 && i%o.jsonEvery == o.jsonEvery-1 {
			contentType = "application/json"
			body, err = events.appendJSON(body[:0], o.batch)
		} else {
			body = events.appendLines(body[:0], o.batch)
		}
		if err != nil {
			return sum, err
		}
		if err := sleepUntil(ctx, due); err != nil {
			return sum, err
		}
		sum.BehindMS = max(sum.BehindMS, millis(time.Since(due)))

		sent := time.Now()
		ok, err := post(ctx, client, o.target+"/events", contentType, body)
		if err != nil {
			return sum, err
		}
		sum.SlowestMS = max(sum.SlowestMS, millis(time.Since(sent)))
		sum.Requests++
		sum.EventsSent += o.batch
		sum.BytesSent += int64(len(body))
		if !ok {
			sum.Failed++
		}
	}
	return sum, nil
}

func (s *loadSummary) add(one loadSummary) {
	s.Requests += one.Requests
	s.EventsSent += one.EventsSent
	s.BytesSent += one.BytesSent
	s.Failed += one.Failed
	s.SlowestMS = max(s.SlowestMS, one.SlowestMS)
	s.BehindMS = max(s.BehindMS, one.BehindMS)
}

func post(ctx context.Context, client *http.Client, url, contentType string, body []byte) (ok bool, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return false, err
	}
	req.Header.Set("Content-Type", contentType)
	resp, err := client.Do(req)
	if err != nil {
		return false, err
	}
	defer resp.Body.Close()
	_, err = io.Copy(io.Discard, resp.Body)
	return resp.StatusCode == http.StatusAccepted, err
}

// waitReady polls url until the service answers.
func waitReady(ctx context.Context, url string) error {
	deadline := time.Now().Add(10 * time.Second)
	for {
		resp, err := http.Get(url)
		if err == nil {
			resp.Body.Close()
			return nil
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("the service does not answer: %w", err)
		}
		if err := sleepUntil(ctx, time.Now().Add(100*time.Millisecond)); err != nil {
			return err
		}
	}
}

func sleepUntil(ctx context.Context, t time.Time) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(time.Until(t)):
		return nil
	}
}

func millis(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
