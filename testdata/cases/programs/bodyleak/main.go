package main

// Responses of the HTTP client whose body is never closed.

import (
	"example.com/cases/obs"
	"net/http"
	"net/http/httptest"
	"time"
)

func main() {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { w.Write(make([]byte, 64<<10)) }))
	tr := &http.Transport{}
	c := &http.Client{Transport: tr}
	obs.Run(5*time.Millisecond, func(i int) {
		r, err := c.Get(srv.URL)
		if err == nil {
			_ = r.StatusCode
		}
	})
}
