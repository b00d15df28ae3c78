package main

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"time"

	"example.com/cases/obs"
)

var client = &http.Client{}

func ask(url string) {
	req, _ := http.NewRequestWithContext(context.Background(), "GET", url, nil)
	resp, err := client.Do(req)
	if err != nil {
		return
	}
	io.Copy(io.Discard, resp.Body)
	resp.Body.Close()
}

func main() {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		select {
		case <-r.Context().Done():
		case <-time.After(time.Hour):
		}
	}))
	obs.Run(8*time.Millisecond, func(int) { go ask(srv.URL) })
}
