// A small HTTP service behind middleware, driven by its own test server's recorder.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
)

type user struct {
	ID    int      `json:"id"`
	Name  string   `json:"name"`
	Roles []string `json:"roles"`
}

type requestKey struct{}

type requestScope struct {
	id    int
	user  string
	trace [6]uint64
}

type store struct {
	mu    sync.RWMutex
	users map[int]*user
	index map[string][]int
}

func newStore() *store {
	return &store{users: make(map[int]*user), index: make(map[string][]int)} // reason: returned_pointer map_creation stored_in_heap
}

func (s *store) put(u *user) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.users[u.ID] = u // reason: map_growth
	for _, role := range u.Roles {
		s.index[role] = append(s.index[role], u.ID) // reason: slice_growth map_growth
	}
}

func (s *store) withRole(role string) []*user {
	s.mu.RLock()
	defer s.mu.RUnlock()
	ids := s.index[role]
	found := make([]*user, 0, len(ids)) // reason: unknown_size
	for _, id := range ids {
		found = append(found, s.users[id])
	}
	return found
}

var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }} // reason: returned_pointer escaping_closure pool_refill interface_boxing

type middleware func(http.Handler) http.Handler

func chain(h http.Handler, with ...middleware) http.Handler {
	for i := len(with) - 1; i >= 0; i-- {
		h = with[i](h)
	}
	return h
}

func scoped(next http.Handler) http.Handler {
	count := 0                                                             // reason: closure_capture
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { // reason: escaping_closure returned_pointer closure_capture
		count++
		scope := &requestScope{id: count, user: r.Header.Get("X-User")} // reason: interface_boxing stored_in_heap returned_pointer leaking_callee unknown_callee
		ctx := context.WithValue(r.Context(), requestKey{}, scope)      // reason: returned_pointer interface_boxing leaking_callee unknown_callee library
		next.ServeHTTP(w, r.WithContext(ctx))                           // reason: returned_pointer leaking_callee unknown_callee library
	})
}

func tagged(name string) middleware {
	return func(next http.Handler) http.Handler { // reason: escaping_closure returned_pointer closure_capture
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { // reason: escaping_closure returned_pointer closure_capture
			w.Header().Set("X-"+name, name+"-"+strconv.Itoa(len(r.URL.Path))) // reason: concatenation formatting map_growth map_creation library slice_growth string_building container_element stored_in_heap leaking_callee
			next.ServeHTTP(w, r)
		})
	}
}

func (s *store) create(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body) // reason: buffer_growth
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	u := &user{}                                    // reason: stored_in_heap interface_boxing leaking_callee
	if err := json.Unmarshal(body, u); err != nil { // reason: encoding reflection
		http.Error(w, "bad: "+err.Error(), http.StatusBadRequest) // reason: concatenation interface_boxing formatting variadic_slice map_growth library encoding buffer_growth
		return
	}
	s.put(u)
	w.WriteHeader(http.StatusCreated) // reason: library map_creation map_growth slice_growth
}

func (s *store) list(w http.ResponseWriter, r *http.Request) {
	buf := buffers.Get().(*bytes.Buffer) // reason: pool_refill returned_pointer
	defer buffers.Put(buf)               // reason: pool_refill
	buf.Reset()
	role := strings.TrimPrefix(r.URL.Path, "/users/")
	for _, u := range s.withRole(role) { // reason: unknown_size
		line, err := json.Marshal(u) // reason: encoding reflection
		if err != nil {
			panic(err)
		}
		buf.Write(line)     // reason: buffer_growth
		buf.WriteByte('\n') // reason: buffer_growth
	}
	scope := r.Context().Value(requestKey{}).(*requestScope)
	fmt.Fprintf(buf, "# %d %s\n", scope.id, scope.user) // reason: interface_boxing formatting variadic_slice buffer_growth
	w.Write(buf.Bytes())                                // reason: buffer_growth library map_creation slice_growth
}

func main() {
	s := newStore()                            // reason: returned_pointer map_creation stored_in_heap unknown_callee
	mux := http.NewServeMux()                  // reason: returned_pointer library leaking_callee
	mux.HandleFunc("/users", s.create)         // reason: method_value library map_growth slice_growth map_creation string_building stored_in_heap interface_boxing
	mux.HandleFunc("/users/", s.list)          // reason: method_value library map_growth slice_growth map_creation string_building stored_in_heap interface_boxing
	h := chain(mux, scoped, tagged("Gateway")) // reason: variadic_slice escaping_closure closure_capture returned_pointer
	roles := []string{"admin", "writer", "reader", "guest"}
	for i := 0; i < 400; i++ {
		body := fmt.Sprintf(`{"id":%d,"name":"user %d","roles":["%s","%s"]}`, i, i, roles[i%4], roles[i%3]) // reason: formatting interface_boxing variadic_slice
		if i%50 == 49 {
			body = "{"
		}
		r := httptest.NewRequest("POST", "/users", strings.NewReader(body)) // reason: returned_pointer library buffer_growth encoding interface_boxing leaking_callee string_building map_creation pool_refill
		r.Header.Set("X-User", "batch")                                     // reason: map_growth slice_growth library container_element map_creation
		h.ServeHTTP(httptest.NewRecorder(), r)                              // reason: returned_pointer library map_creation buffer_growth unknown_callee
	}
	size := 0
	for i := 0; i < 300; i++ {
		r := httptest.NewRequest("GET", "/users/"+roles[i%4], nil) // reason: returned_pointer library buffer_growth concatenation string_building map_creation pool_refill
		w := httptest.NewRecorder()                                // reason: returned_pointer library map_creation buffer_growth unknown_callee
		h.ServeHTTP(w, r)
		size += len(w.Body.String()) // reason: string_conversion
	}
	total = size
	writeProfile()
}

var total int
