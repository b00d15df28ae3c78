package main

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"

	"example.com/cases/obs"
)

type order struct{ Note string }

// logged keeps a copy of each body, in case the handler fails.
func logged(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var body bytes.Buffer
		r.Body = io.NopCloser(io.TeeReader(r.Body, &body))
		next.ServeHTTP(w, r)
		if w.Header().Get("X-Failed") != "" {
			println(body.String())
		}
	})
}

func handle(w http.ResponseWriter, r *http.Request) {
	var o order
	if err := json.NewDecoder(r.Body).Decode(&o); err != nil {
		w.Header().Set("X-Failed", "1")
	}
}

func main() {
	h := logged(http.HandlerFunc(handle))
	payload := `{"Note":"` + strings.Repeat("n", 150000) + `"}`
	obs.Run(3*time.Millisecond, func(i int) {
		h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("POST", "/", strings.NewReader(payload)))
	})
}
