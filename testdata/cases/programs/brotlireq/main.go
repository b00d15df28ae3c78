package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"

	"example.com/cases/obs"
	"github.com/andybalholm/brotli"
)

var page = strings.Repeat("<p>hello, this is a page of text</p>\n", 200)

func compress(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Encoding", "br")
		bw := brotli.NewWriterLevel(w, 5)
		defer bw.Close()
		next.ServeHTTP(compressed{w, bw}, r)
	})
}

type compressed struct {
	http.ResponseWriter
	w io.Writer
}

func (c compressed) Write(p []byte) (int, error) { return c.w.Write(p) }

func main() {
	handler := compress(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, page)
	}))
	obs.Run(4*time.Millisecond, func(i int) {
		handler.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "/", nil))
	})
}
