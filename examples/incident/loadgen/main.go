// Command loadgen sends a fixed, reproducible load to the ingest service and,
// with -capture, collects everything a post-mortem needs while it does so.
//
// The same flags always send the same bytes in the same order to each
// connection, so that two versions of the service can be compared.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"log"
	"os"
	"os/signal"
	"time"
)

func main() {
	log.SetFlags(0)
	log.SetPrefix("loadgen: ")

	var load loadOptions
	flag.StringVar(&load.target, "target", "http://127.0.0.1:18080", "base URL of the service")
	flag.DurationVar(&load.duration, "duration", 180*time.Second, "how long to send")
	flag.IntVar(&load.rate, "rate", 80000, "events per second")
	flag.IntVar(&load.batch, "batch", 400, "events per request")
	flag.IntVar(&load.connections, "connections", 4, "keep-alive connections")
	flag.IntVar(&load.jsonEvery, "json-every", 200, "send each n-th request of a connection as JSON")
	flag.Uint64Var(&load.seed, "seed", 1, "seed of the content")

	var capture captureOptions
	flag.StringVar(&capture.directory, "capture", "", "folder for profiles, scrapes and manifest.json")
	flag.StringVar(&capture.debug, "debug-target", "http://127.0.0.1:16060", "base URL of net/http/pprof")

	var about manifest
	flag.StringVar(&about.Service, "service", "ingest", "service name for the manifest")
	flag.StringVar(&about.Variant, "variant", "", "variant name for the manifest")
	flag.StringVar(&about.BuildFlags, "build-flags", "", "build flags for the manifest")
	flag.StringVar(&about.GOGC, "gogc", "100", "the service's GOGC for the manifest")
	flag.IntVar(&about.GOMAXPROCS, "gomaxprocs", 2, "the service's GOMAXPROCS for the manifest")
	flag.Parse()

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, load, capture, about); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, load loadOptions, capture captureOptions, about manifest) error {
	if err := waitReady(ctx, load.target+"/stats"); err != nil {
		return err
	}

	captured := make(chan error, 1)
	about.Start = time.Now().UTC()
	if capture.directory != "" {
		capture.target = load.target
		capture.duration = load.duration
		go func() { captured <- capture.run(ctx) }()
	} else {
		captured <- nil
	}

	sent, err := load.run(ctx)
	if err != nil {
		return err
	}
	if err := <-captured; err != nil {
		return err
	}
	about.End = time.Now().UTC()
	about.Load = sent

	if capture.directory != "" {
		if err := about.write(capture.directory); err != nil {
			return err
		}
	}
	text, err := json.MarshalIndent(sent, "", "  ")
	if err != nil {
		return err
	}
	fmt.Println(string(text))
	return nil
}
