// Times of events, shown in the zone of who reads them.
package main

import (
	"time"

	"example.com/cases/obs"
)

type event struct {
	at   time.Time
	zone string
}

func (e event) local() string {
	zone, err := time.LoadLocation(e.zone)
	if err != nil {
		return e.at.String()
	}
	return e.at.In(zone).Format(time.RFC1123)
}

func main() {
	zones := []string{"Europe/Berlin", "America/New_York", "Asia/Kolkata"}
	obs.Run(0, func(n int) {
		for i := range 20 {
			event{time.Now(), zones[(n+i)%len(zones)]}.local()
		}
	})
}
