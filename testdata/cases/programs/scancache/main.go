package main

import (
	"fmt"
	"time"

	"example.com/cases/obs"
)

type result struct {
	path   string
	digest [32]byte
	issues []string
}

type scanner struct {
	id    int
	cache map[string]*result
}

func newScanner(id int) *scanner { return &scanner{id: id, cache: map[string]*result{}} }

func (s *scanner) scan(path string) *result {
	if r, ok := s.cache[path]; ok {
		return r
	}
	r := &result{path: path, issues: make([]string, 8)}
	s.cache[path] = r
	return r
}

type server struct {
	scans map[int]*scanner
}

func (v *server) handle(id int) int {
	s := newScanner(id)
	v.scans[id] = s
	n := 0
	for i := range 400 {
		n += len(s.scan(fmt.Sprintf("/srv/repo/pkg%d/file%d.go", i%20, i)).issues)
	}
	return n
}

var v = &server{scans: map[int]*scanner{}}

func main() {
	obs.Run(8*time.Millisecond, func(i int) { v.handle(i) })
}
