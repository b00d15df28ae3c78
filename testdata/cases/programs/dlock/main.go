// A method that holds the lock calls another one that takes it.
package main

import (
	"sync"
	"time"

	"example.com/cases/obs"
)

type ledger struct {
	mu      sync.Mutex
	balance map[int]int
}

func (l *ledger) get(id int) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.balance[id]
}

func (l *ledger) transfer(from, to, amount int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if amount > 900 && l.get(from) < amount {
		return
	}
	l.balance[from] -= amount
	l.balance[to] += amount
}

func main() {
	l := &ledger{balance: map[int]int{}}
	n := 0
	obs.Run(2*time.Millisecond, func(int) {
		n++
		go l.transfer(n%10, n%7, n%1000)
	})
}
