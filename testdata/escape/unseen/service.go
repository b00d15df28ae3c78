// Package main is labelled as the one in causes is. The rules were not made with it.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"
)

type user struct {
	ID    int
	Name  string
	Email string
	Tags  []string
	Boss  *user
}

type store interface {
	Get(id int) (*user, error)
	Put(u *user) error
}

type memory struct {
	mu    sync.Mutex
	users map[int]*user
	order []*user
	last  *user
	onPut func(*user)
	log   *slog.Logger
}

func newMemory() *memory {
	return &memory{ // want "&memory{...}" returned_pointer
		users: make(map[int]*user), // want "make(map[int]*user)" map_creation
	}
}

func (m *memory) Put(u *user) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.users[u.ID] = u
	return nil
}

func (m *memory) Get(id int) (*user, error) {
	u, ok := m.users[id]
	if !ok {
		return nil, fmt.Errorf("user %d not found", id) // want "id" interface_boxing
	}
	return u, nil
}

func (m *memory) create(name string) *user {
	u := &user{Name: name}       // want "&user{...}" container_element
	m.order = append(m.order, u) // want>=1.25 "append" slice_growth
	return u
}

func (m *memory) remember(name string) {
	u := user{Name: name} // want "u" stored_in_heap
	m.last = &u
}

func (m *memory) notify(id int) {
	u := user{ID: id} // want "u" unknown_callee
	m.onPut(&u)
}

func save(s store, id int) error {
	return s.Put(&user{ID: id}) // want "&user{...}" unknown_callee
}

func saveAll(s store, names []string) {
	for _, name := range names {
		u := &user{Name: name} // want "&user{...}" unknown_callee
		if err := s.Put(u); err != nil {
			fmt.Println(err)
		}
	}
}

func (m *memory) serve(w http.ResponseWriter, r *http.Request) {
	var in user // want "in" leaking_callee
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	fmt.Fprintf(w, "%s has %d tags", in.Name, len(in.Tags)) // want "in.Name" interface_boxing // want "len(in.Tags)" interface_boxing
}

func (m *memory) routes() *http.ServeMux {
	mux := http.NewServeMux()
	mux.HandleFunc("/users", m.serve) // want "m.serve" method_value
	return mux
}

func logged(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { // want "func literal" escaping_closure
		start := time.Now()
		next.ServeHTTP(w, r)
		slog.Info("request", "took", time.Since(start)) // want "\"took\"" constant_boxing // want "time.Since(start)" interface_boxing
	})
}

type option func(*memory)

func withLogger(l *slog.Logger) option {
	return func(m *memory) { m.log = l } // want "func literal" escaping_closure
}

func parse(line string) (*user, error) {
	parts := strings.Split(line, ",")
	if len(parts) < 2 {
		return nil, errors.New("too few fields in " + line) // want "\"too few fields in \" + line" concatenation
	}
	id, err := strconv.Atoi(parts[0])
	if err != nil {
		return nil, fmt.Errorf("id: %w", err)
	}
	return &user{ID: id, Name: parts[1]}, nil // want "&user{...}" returned_pointer
}

func render(u user) string {
	var b strings.Builder                  // want "b" leaking_callee
	fmt.Fprintf(&b, "%d:%s", u.ID, u.Name) // want "u.ID" interface_boxing // want "u.Name" interface_boxing
	return b.String()
}

func marshal(u user) ([]byte, error) {
	return json.Marshal(u) // want "u" interface_boxing
}

func readAll(r io.Reader) (string, error) {
	buf := make([]byte, 4096) // want "make([]byte, 4096)" unknown_callee
	var out []byte
	for {
		n, err := r.Read(buf)
		out = append(out, buf[:n]...)
		if err != nil {
			break
		}
	}
	return string(out), nil // want "string(out)" string_conversion
}

func copyBody(r io.Reader, size int) []byte {
	body := make([]byte, size) // want "make([]byte, size)" unknown_size
	io.ReadFull(r, body)
	return body
}

func workers(n int, jobs <-chan *user, results chan<- string) {
	var wg sync.WaitGroup // want "wg" closure_capture
	for i := 0; i < n; i++ {
		wg.Add(1)
		go func(id int) {
			defer wg.Done()
			for job := range jobs {
				results <- job.Name
			}
		}(i)
	}
	wg.Wait()
}

func produce(n int) <-chan *user {
	out := make(chan *user)
	go func() { // want "func literal" goroutine
		defer close(out)
		for i := 0; i < n; i++ {
			out <- &user{ID: i} // want "&user{...}" channel_send
		}
	}()
	return out
}

func first(ctx context.Context, ask func() int) (int, error) {
	result := make(chan int, 1)
	go func() { result <- ask() }() // want "func literal" goroutine
	select {
	case r := <-result:
		return r, nil
	case <-ctx.Done():
		return 0, ctx.Err()
	}
}

func collectErrors(tasks []func() error) []error {
	var mu sync.Mutex     // want "mu" closure_capture
	var errs []error      // want "errs" closure_capture
	var wg sync.WaitGroup // want "wg" closure_capture
	for _, task := range tasks {
		task := task
		wg.Add(1)
		go func() { // want "func literal" goroutine
			defer wg.Done()
			if err := task(); err != nil {
				mu.Lock()
				errs = append(errs, err) // want>=1.25 "append" slice_growth
				mu.Unlock()
			}
		}()
	}
	wg.Wait()
	return errs
}

func fibonacci() func() int {
	a, b := 0, 1        // want "a" closure_capture // want "b" closure_capture
	return func() int { // want "func literal" escaping_closure
		a, b = b, a+b
		return a
	}
}

func closeAll(paths []string) error {
	for _, path := range paths {
		f, err := os.Open(path)
		if err != nil {
			return err
		}
		defer func() { _ = f.Close() }() // want "func literal" defer_in_loop
	}
	return nil
}

var bufferPool = sync.Pool{New: func() any { return new(bytes.Buffer) }} // want "new(bytes.Buffer)" returned_pointer

func pooled(data []byte) string {
	buf := bufferPool.Get().(*bytes.Buffer)
	defer bufferPool.Put(buf)
	buf.Reset()
	buf.Write(data)
	return buf.String()
}

var slicePool sync.Pool

func giveBack(b []byte) {
	slicePool.Put(b[:0]) // want "b[:0]" interface_boxing
}

func main() {}
