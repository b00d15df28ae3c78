package main

import (
	"bytes"
	"log"
	"time"

	"example.com/cases/obs"
)

var (
	capture bytes.Buffer
	logger  = log.New(&capture, "app ", log.LstdFlags)
)

func main() {
	obs.Run(time.Millisecond, func(i int) {
		for j := 0; j < 100; j++ {
			logger.Printf("request %d of %d took %v and went well, as most of them do", j, i, time.Duration(i))
		}
	})
}
