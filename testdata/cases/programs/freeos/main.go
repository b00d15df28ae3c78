package main

import (
	"bytes"
	"encoding/json"
	"runtime/debug"
	"strings"
	"time"

	"example.com/cases/obs"
)

type reading struct {
	Sensor string
	Values []float64
}

var recent [4000]*reading

func ingest(i int, raw []byte) error {
	var r reading
	if err := json.NewDecoder(bytes.NewReader(raw)).Decode(&r); err != nil {
		return err
	}
	recent[i%len(recent)] = &r
	return nil
}

func main() {
	go func() {
		for range time.Tick(100 * time.Millisecond) {
			debug.FreeOSMemory() // keeps the container small
		}
	}()
	raw := []byte(`{"Sensor":"` + strings.Repeat("s", 30) + `","Values":[` + strings.Repeat("1.5,", 400) + `2]}`)
	obs.Run(0, func(i int) {
		for j := 0; j < 10; j++ {
			if err := ingest(i*10+j, raw); err != nil {
				panic(err)
			}
		}
		time.Sleep(2 * time.Millisecond)
	})
}
