// A middleware that limits the rate of each client.
package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"example.com/cases/obs"
)

type limiters struct {
	mu     sync.Mutex
	byAddr map[string]*rate.Limiter
}

func (l *limiters) of(addr string) *rate.Limiter {
	l.mu.Lock()
	defer l.mu.Unlock()
	limiter, ok := l.byAddr[addr]
	if !ok {
		limiter = rate.NewLimiter(rate.Every(time.Second), 5)
		l.byAddr[addr] = limiter
	}
	return limiter
}

func (l *limiters) middleware(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !l.of(r.RemoteAddr).Allow() {
			http.Error(w, "slow down", http.StatusTooManyRequests)
			return
		}
		next.ServeHTTP(w, r)
	})
}

var clients = &limiters{byAddr: map[string]*rate.Limiter{}}

func main() {
	handler := clients.middleware(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(http.StatusNoContent) }))
	n := 0
	obs.Run(time.Millisecond, func(int) {
		for range 25 {
			n++
			request := httptest.NewRequest("GET", "/", nil)
			request.RemoteAddr = fmt.Sprintf("10.%d.%d.%d:%d", n>>16&255, n>>8&255, n&255, 1024+n%60000)
			handler.ServeHTTP(httptest.NewRecorder(), request)
		}
	})
}
