// A counter for each path that was asked for, published by expvar.
package main

import (
	"expvar"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"time"

	"example.com/cases/obs"
)

var hits = expvar.NewMap("hits")

func counted(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		hits.Add(r.URL.Path, 1)
		next.ServeHTTP(w, r)
	})
}

func main() {
	handler := counted(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "ok") }))
	n := 0
	obs.Run(time.Millisecond, func(int) {
		for range 30 {
			n++
			request := httptest.NewRequest("GET", "/orders/"+strconv.Itoa(n)+"/items", nil)
			handler.ServeHTTP(httptest.NewRecorder(), request)
		}
	})
}
