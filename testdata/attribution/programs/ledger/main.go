// Books postings, keeps balances, rolls back on errors and prints a statement.
package main

import (
	"bytes"
	"errors"
	"fmt"
	"math/big"
	"strconv"
	"strings"
	"time"
)

type amount int64

func (a amount) String() string {
	return strconv.FormatInt(int64(a)/100, 10) + "." + strconv.FormatInt(int64(a)%100, 10) // reason: formatting concatenation
}

type posting struct {
	account string
	value   amount
	memo    [3]string
}

type transaction struct {
	id       int
	postings []posting
	when     time.Time
	undo     []func()
}

type account struct {
	name    string
	balance amount
	history ring[posting]
	limits  *limits
}

type limits struct {
	low, high amount
	hits      [64]int32
}

type ring[T any] struct {
	items []T
	next  int
}

func (r *ring[T]) push(item T) {
	if r.items == nil {
		r.items = make([]T, 0, 8) // reason: stored_in_heap
	}
	if len(r.items) < 32 {
		r.items = append(r.items, item) // reason: slice_growth
		return
	}
	r.items[r.next%32] = item
	r.next++
}

type ledger struct {
	accounts map[string]*account
	journal  []*transaction
	totals   map[time.Month]map[string]amount
	observer []observer
}

type observer interface{ booked(*transaction) }

type statistic struct{ perDay [400]int }

func (s *statistic) booked(t *transaction) { s.perDay[t.when.YearDay()]++ }

type auditor struct{ lines []string }

func (a *auditor) booked(t *transaction) {
	a.lines = append(a.lines, fmt.Sprintf("#%d %v", t.id, t.postings[0].value)) // reason: slice_growth formatting interface_boxing variadic_slice
}

var errLimit = errors.New("limit") // reason: error_value returned_pointer

type limitError struct {
	account string
	over    amount
}

func (e limitError) Error() string { return e.account + ": over by " + e.over.String() } // reason: concatenation
func (e limitError) Unwrap() error { return errLimit }

func orNew[K comparable, V any](m map[K]V, key K, make func() V) V {
	found, ok := m[key]
	if !ok {
		found = make() // reason: map_creation
		m[key] = found // reason: map_growth
	}
	return found
}

func (l *ledger) open(name string) *account {
	return orNew(l.accounts, name, func() *account { // reason: map_growth
		return &account{name: name, limits: newLimits()} // reason: returned_pointer stored_in_heap container_element
	})
}

func newLimits() *limits { return &limits{low: -50_000, high: 9_000_000} } // reason: returned_pointer container_element stored_in_heap

func (l *ledger) book(t *transaction) (err error) {
	defer func() {
		if err == nil {
			return
		}
		for i := len(t.undo) - 1; i >= 0; i-- {
			t.undo[i]()
		}
	}()
	for i := range t.postings {
		p := &t.postings[i]
		a := l.open(p.account)
		before := a.balance
		t.undo = append(t.undo, func() { a.balance = before }) // reason: slice_growth escaping_closure closure_capture stored_in_heap
		a.balance += p.value
		if a.balance > a.limits.high {
			return limitError{a.name, a.balance - a.limits.high} // reason: interface_boxing
		}
		if a.balance < a.limits.low {
			return fmt.Errorf("%w: %s below %v", errLimit, a.name, a.limits.low) // reason: error_value interface_boxing variadic_slice
		}
		a.history.push(*p)                                                                                // reason: slice_growth stored_in_heap
		month := orNew(l.totals, t.when.Month(), func() map[string]amount { return map[string]amount{} }) // reason: map_creation map_growth library
		month[p.account] += p.value                                                                       // reason: map_growth
	}
	l.journal = append(l.journal, t) // reason: slice_growth
	for _, o := range l.observer {
		o.booked(t)
	}
	return nil
}

func transfer(id int, from, to string, value amount) *transaction {
	return &transaction{ // reason: returned_pointer
		id:   id,
		when: time.Unix(int64(id)*86400, 0),
		postings: []posting{ // reason: returned_pointer stored_in_heap
			{account: from, value: -value, memo: [3]string{"to", to}},
			{account: to, value: value, memo: [3]string{"from", from}},
		},
	}
}

func parse(line string) (*transaction, error) {
	fields := strings.SplitN(line, ";", 4) // reason: string_building
	id, err := strconv.Atoi(fields[0])     // reason: formatting error_value
	if err != nil {
		return nil, fmt.Errorf("line %q: %w", line, err) // reason: error_value interface_boxing variadic_slice
	}
	cents, err := strconv.ParseInt(fields[3], 10, 64)
	if err != nil {
		return nil, err
	}
	return transfer(id, fields[1], fields[2], amount(cents)), nil // reason: returned_pointer stored_in_heap
}

func interest(a *account, days int) *big.Int {
	sum := big.NewInt(int64(a.balance)) // reason: returned_pointer library leaking_callee
	for i := 0; i < days; i++ {
		sum.Mul(sum, big.NewInt(1001)) // reason: library returned_pointer
		sum.Quo(sum, big.NewInt(1000)) // reason: library returned_pointer
	}
	return sum
}

func (l *ledger) statement(names ...string) string {
	var out bytes.Buffer // reason: leaking_callee
	var cells [6]any
	for _, name := range names {
		a := l.accounts[name]
		row := cells[:0]
		row = append(row, a.name, a.balance, len(a.history.items), interest(a, 5)) // reason: interface_boxing
		fmt.Fprintf(&out, "%s|%v|%d|%v\n", row...)                                 // reason: formatting buffer_growth
	}
	return out.String() // reason: string_conversion
}

func main() {
	l := &ledger{ // reason: stored_in_heap closure_capture
		accounts: map[string]*account{},                  // reason: map_creation
		totals:   make(map[time.Month]map[string]amount), // reason: map_creation
		observer: []observer{&statistic{}, &auditor{}},   // reason: interface_boxing container_element stored_in_heap leaking_callee
	}
	failed := 0
	for i := 0; i < 1500; i++ {
		line := fmt.Sprintf("%d;acct-%d;acct-%d;%d", i, i%23, (i*5+1)%23, i*37) // reason: formatting interface_boxing variadic_slice
		if i%100 == 99 {
			line = "x" + line // reason: concatenation
		}
		t, err := parse(line)
		if err != nil {
			failed++
			continue
		}
		if err := l.book(t); errors.Is(err, errLimit) {
			failed++
			texts = append(texts, err.Error()) // reason: slice_growth
		}
	}
	var names []string
	for name := range l.accounts {
		names = append(names, name) // reason: slice_growth
	}
	statement = l.statement(names...)
	writeProfile()
}

var (
	texts     []string
	statement string
)
