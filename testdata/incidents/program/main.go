// Command incident runs one scenario and scrapes itself once a second, under the
// names that client_golang gives to the runtime's metrics. It appends samples
// with their times to a file, so that a restarted program goes on in it.
package main

import (
	"flag"
	"fmt"
	"log"
	"os"
	"time"
)

func main() {
	name := flag.String("scenario", "", "what to run")
	seconds := flag.Float64("seconds", 60, "for how long")
	every := flag.Duration("every", time.Second, "time between scrapes")
	output := flag.String("output", "", "file to append the samples to")
	list := flag.Bool("list", false, "list the scenarios")
	flag.Parse()
	if *list {
		for name := range scenarios {
			fmt.Println(name)
		}
		return
	}
	run, ok := scenarios[*name]
	if !ok {
		log.Fatalf("no scenario %q; -list names them", *name)
	}
	file, err := os.OpenFile(*output, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		log.Fatal(err)
	}
	defer file.Close()
	go run(*seconds)
	scraper := newScraper()
	ticks := time.NewTicker(*every)
	for elapsed := 0.0; elapsed < *seconds; elapsed += every.Seconds() {
		<-ticks.C
		if err := scraper.scrape(file); err != nil {
			log.Fatal(err)
		}
	}
}
