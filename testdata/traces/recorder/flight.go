//go:build go1.25

package main

import (
	"os"
	"runtime/trace"
	"time"
)

// flight is the last part of a service, as the flight recorder keeps it.
func flight(path string, scale int) {
	recorder := trace.NewFlightRecorder(trace.FlightRecorderConfig{MinAge: 200 * time.Millisecond, MaxBytes: 1 << 20})
	check(recorder.Start())
	service(scale)
	file, err := os.Create(path)
	check(err)
	_, err = recorder.WriteTo(file)
	check(err)
	recorder.Stop()
	check(file.Close())
}
