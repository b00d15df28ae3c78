// Setter keeps an answer for each question in a store of its own, which has no bound.
package main

import (
	"strconv"
	"strings"
	"sync"
	"time"

	"example.com/cases/obs"
)

type answer struct {
	question string
	text     [160]byte
}

type store struct {
	mu      sync.Mutex
	answers map[string]*answer
}

func (s *store) put(question string, given *answer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.answers[question] = given
}

func ask(s *store, i int) {
	question := "question " + strconv.Itoa(i) + " of a user, as long as such questions are, with some words"
	s.put(question, &answer{question: question})
}

// words is what else a request makes, and drops.
func words(i int) int {
	return len(strings.Fields(strings.Repeat("some words "+strconv.Itoa(i)+" ", 40)))
}

func main() {
	s := &store{answers: map[string]*answer{}}
	total := 0
	obs.Run(2*time.Millisecond, func(i int) {
		for j := range 100 {
			ask(s, i*100+j)
			total += words(j)
		}
	})
	println(len(s.answers), total)
}
