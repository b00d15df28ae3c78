// Package waf matches requests against rules.
package waf

import (
	"regexp"
	"sync"

	ac "github.com/petar-dambovaliev/aho-corasick"
)

// Rule is one line of a rule set.
type Rule struct {
	ID      int
	Pattern string
	Words   []string
}

type compiled struct {
	id    int
	re    *regexp.Regexp
	words ac.AhoCorasick
}

// WAF is a rule set that is ready.
type WAF struct {
	rules []compiled
	audit chan string
}

var (
	mu        sync.Mutex
	instances []*WAF
)

// New compiles the rules; Close gives them back.
func New(rules []Rule) *WAF {
	w := &WAF{audit: make(chan string, 16)}
	for _, r := range rules {
		b := ac.NewAhoCorasickBuilder(ac.Opts{AsciiCaseInsensitive: true})
		w.rules = append(w.rules, compiled{r.ID, regexp.MustCompile(r.Pattern), b.Build(r.Words)})
	}
	mu.Lock()
	defer mu.Unlock()
	instances = append(instances, w)
	return w
}

// Flush writes the audit logs of all that are open.
func Flush() {
	mu.Lock()
	defer mu.Unlock()
	for _, w := range instances {
		select {
		case <-w.audit:
		default:
		}
	}
}

// Close ends the audit log.
func (w *WAF) Close() error {
	mu.Lock()
	defer mu.Unlock()
	for i, other := range instances {
		if other == w {
			instances = append(instances[:i], instances[i+1:]...)
			break
		}
	}
	return nil
}

// Check says which rule a request breaks.
func (w *WAF) Check(uri string) int {
	for _, r := range w.rules {
		if r.re.MatchString(uri) || len(r.words.FindAll(uri)) > 0 {
			return r.id
		}
	}
	return 0
}
