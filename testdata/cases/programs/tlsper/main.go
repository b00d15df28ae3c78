package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"time"

	"example.com/cases/obs"
)

func poll(c *http.Client, url string) error {
	resp, err := c.Get(url)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	_, err = io.Copy(io.Discard, resp.Body)
	return err
}

func main() {
	srv := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "ok") }))
	client := srv.Client()
	client.Transport.(*http.Transport).DisableKeepAlives = true
	obs.Run(5*time.Millisecond, func(int) { poll(client, srv.URL) })
}
