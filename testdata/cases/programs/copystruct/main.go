// Each request gets its own copy of the defaults, to change it.
package main

import (
	"time"

	"example.com/cases/obs"
	"github.com/mitchellh/copystructure"
)

type limit struct {
	Name  string
	Value int
	Tags  map[string]string
}

type settings struct {
	Title  string
	Limits []limit
	Flags  map[string]bool
}

var defaults = settings{Title: "t", Flags: map[string]bool{"a": true, "b": false, "c": true}}

func forRequest(id int) (settings, error) {
	copied, err := copystructure.Copy(defaults)
	if err != nil {
		return settings{}, err
	}
	own := copied.(settings)
	own.Limits[id%len(own.Limits)].Value = id
	return own, nil
}

func main() {
	for _, name := range []string{"cpu", "memory", "disk", "net", "jobs", "users"} {
		defaults.Limits = append(defaults.Limits, limit{name, 10, map[string]string{"unit": name, "kind": "soft"}})
	}
	obs.Run(200*time.Microsecond, func(i int) {
		if _, err := forRequest(i); err != nil {
			panic(err)
		}
	})
}
