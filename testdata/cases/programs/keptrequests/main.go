package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"time"

	"example.com/cases/obs"
)

var (
	mu     sync.Mutex
	recent []*http.Request
)

func handler(w http.ResponseWriter, r *http.Request) {
	mu.Lock()
	recent = append(recent, r)
	mu.Unlock()
	io.WriteString(w, "ok")
}

func main() {
	srv := httptest.NewServer(http.HandlerFunc(handler))
	client := srv.Client()
	obs.Run(time.Millisecond, func(int) {
		req, _ := http.NewRequest("GET", srv.URL, nil)
		req.Header.Set("X-Trace", strings.Repeat("t", 8000))
		resp, err := client.Do(req)
		if err != nil {
			return
		}
		io.Copy(io.Discard, resp.Body)
		resp.Body.Close()
	})
}
