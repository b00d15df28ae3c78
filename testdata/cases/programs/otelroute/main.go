// A server that counts its requests by route.
package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
	sdk "go.opentelemetry.io/otel/sdk/metric"

	"example.com/cases/obs"
)

type instrumented struct {
	next    http.Handler
	latency metric.Float64Histogram
}

func (h *instrumented) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	start := time.Now()
	h.next.ServeHTTP(w, r)
	attributes := metric.WithAttributes(attribute.String("method", r.Method), attribute.String("route", r.URL.Path))
	h.latency.Record(r.Context(), time.Since(start).Seconds(), attributes)
}

func main() {
	reader := sdk.NewManualReader()
	provider := sdk.NewMeterProvider(sdk.WithReader(reader), sdk.WithCardinalityLimit(0))
	latency, err := provider.Meter("shop").Float64Histogram("latency")
	if err != nil {
		panic(err)
	}
	next := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(http.StatusOK) })
	handler := &instrumented{next, latency}
	n := 0
	obs.Run(time.Millisecond, func(int) {
		for range 12 {
			n++
			handler.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", fmt.Sprintf("/orders/%d/items", n), nil))
		}
	})
}
