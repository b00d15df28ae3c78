package main

import (
	"fmt"
	"sync/atomic"
	"time"

	"example.com/cases/obs"
	"example.com/cases/wafreload/waf"
)

type site struct {
	host     string
	firewall *waf.WAF
}

type config struct{ sites []*site }

var active atomic.Pointer[config]

func rules() []waf.Rule {
	var all []waf.Rule
	for i := range 12 {
		var words []string
		for j := range 40 {
			words = append(words, fmt.Sprintf("attack-%d-%d", i, j))
		}
		all = append(all, waf.Rule{ID: i + 1, Pattern: fmt.Sprintf(`(?i)(select|union|drop).{0,%d}from\s+x%d`, 20+i, i), Words: words})
	}
	return all
}

func provision() *config {
	c := &config{}
	for i := range 2 {
		c.sites = append(c.sites, &site{host: fmt.Sprintf("%d.example.com", i), firewall: waf.New(rules())})
	}
	return c
}

func main() {
	active.Store(provision())
	obs.Run(2*time.Millisecond, func(i int) {
		if i%100 == 99 {
			active.Store(provision())
		}
		if i%500 == 0 {
			waf.Flush()
		}
		c := active.Load()
		c.sites[i%len(c.sites)].firewall.Check(fmt.Sprintf("/page/%d?q=hello", i))
	})
}
