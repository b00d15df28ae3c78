// Errors are kept for the status page, with the request that they belong to.
package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"time"

	"example.com/cases/obs"
)

var (
	mu   sync.Mutex
	last error
)

func record(err error) {
	mu.Lock()
	defer mu.Unlock()
	last = errors.Join(last, err)
}

func handle(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), time.Nanosecond)
	defer cancel()
	<-ctx.Done()
	record(fmt.Errorf("%s %s: %w", r.Method, r.URL.Path, ctx.Err()))
	w.WriteHeader(http.StatusGatewayTimeout)
}

func main() {
	obs.Run(time.Millisecond, func(i int) {
		path := "/orders/" + strings.Repeat("x", 4000) + fmt.Sprint(i)
		handle(httptest.NewRecorder(), httptest.NewRequest("GET", path, nil))
	})
	fmt.Println(last != nil)
}
