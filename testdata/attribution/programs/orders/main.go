// A service that takes orders over HTTP, prices them and answers with JSON and a page.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"sort"
	"strings"
	"sync"
	"text/template"
	"time"
)

type item struct {
	SKU      string  `json:"sku"`
	Quantity int     `json:"quantity"`
	Price    float64 `json:"price"`
}

type order struct {
	ID       string            `json:"id"`
	Customer string            `json:"customer"`
	Items    []item            `json:"items"`
	Labels   map[string]string `json:"labels"`
	Created  time.Time         `json:"created"`
}

type store struct {
	mu     sync.RWMutex
	orders map[string]*order
	byUser map[string][]*order
	events []event
}

type event struct {
	kind string
	at   time.Time
	what *order
}

type requestKey struct{}

type validation struct {
	field string
	index int
}

func (v *validation) Error() string { return fmt.Sprintf("%s[%d]", v.field, v.index) } // reason: formatting interface_boxing

var errNoItems = errors.New("no items") // reason: error_value returned_pointer

var page = template.Must(template.New("page").Parse("{{range .}}<li>{{.ID}} {{.Customer}}</li>{{end}}")) // reason: formatting library returned_pointer

func newStore() *store {
	return &store{ // reason: returned_pointer stored_in_heap
		orders: make(map[string]*order),   // reason: map_creation
		byUser: make(map[string][]*order), // reason: map_creation
	}
}

func (s *store) add(o *order) error {
	if len(o.Items) == 0 {
		return fmt.Errorf("order %s: %w", o.ID, errNoItems) // reason: error_value interface_boxing
	}
	for i := range o.Items {
		if o.Items[i].Quantity <= 0 {
			return &validation{"items", i} // reason: interface_boxing returned_pointer
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.orders[o.ID] = o                                        // reason: map_growth
	s.byUser[o.Customer] = append(s.byUser[o.Customer], o)    // reason: slice_growth map_growth
	s.events = append(s.events, event{"added", o.Created, o}) // reason: slice_growth
	return nil
}

func (s *store) list(match func(*order) bool) []*order {
	s.mu.RLock()
	defer s.mu.RUnlock()
	var found []*order
	for _, o := range s.orders {
		if match(o) {
			found = append(found, o) // reason: slice_growth
		}
	}
	sort.Slice(found, func(i, j int) bool { return found[i].ID < found[j].ID }) // reason: interface_boxing reflection
	return found
}

func (o *order) total() float64 {
	sum := 0.0
	for _, i := range o.Items {
		sum += float64(i.Quantity) * i.Price
	}
	return sum
}

func withRequest(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) { // reason: escaping_closure closure_capture
		id := r.Header.Get("X-Request")
		ctx := context.WithValue(r.Context(), requestKey{}, id) // reason: interface_boxing returned_pointer library
		next(w, r.WithContext(ctx))                             // reason: returned_pointer library unknown_callee
	}
}

func (s *store) create(w http.ResponseWriter, r *http.Request) {
	o := new(order)                                           // reason: interface_boxing leaking_callee
	if err := json.NewDecoder(r.Body).Decode(o); err != nil { // reason: encoding
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	if id, ok := r.Context().Value(requestKey{}).(string); ok && o.ID == "" {
		o.ID = "auto-" + id // reason: concatenation
	}
	if err := s.add(o); err != nil {
		http.Error(w, err.Error(), http.StatusUnprocessableEntity)
		return
	}
	w.WriteHeader(http.StatusCreated)
	fmt.Fprintf(w, "%s %.2f\n", o.ID, o.total()) // reason: interface_boxing variadic_slice formatting buffer_growth library
}

func (s *store) show(w http.ResponseWriter, r *http.Request) {
	user := r.URL.Query().Get("user") // reason: library map_creation map_growth string_building
	found := s.list(func(o *order) bool { return user == "" || o.Customer == user })
	if strings.HasSuffix(r.URL.Path, ".html") {
		if err := page.Execute(w, found); err != nil { // reason: interface_boxing formatting buffer_growth map_growth library
			http.Error(w, err.Error(), http.StatusInternalServerError)
		}
		return
	}
	_ = json.NewEncoder(w).Encode(found) // reason: encoding interface_boxing buffer_growth map_growth library
}

func body(i int) io.Reader {
	var b strings.Builder                                                                         // reason: leaking_callee
	fmt.Fprintf(&b, `{"customer":"user-%d","labels":{"region":"eu","n":"%d"},"items":[`, i%17, i) // reason: formatting interface_boxing buffer_growth moved_to_heap
	for k := 0; k < i%5; k++ {
		if k > 0 {
			b.WriteByte(',') // reason: buffer_growth
		}
		fmt.Fprintf(&b, `{"sku":"sku-%03d","quantity":%d,"price":%d.5}`, k, k+i%3, i%90) // reason: formatting interface_boxing buffer_growth
	}
	b.WriteString("]}")                  // reason: buffer_growth
	return strings.NewReader(b.String()) // reason: returned_pointer
}

func main() {
	s := newStore()
	create := withRequest(s.create) // reason: method_value
	for i := 0; i < 300; i++ {
		r := httptest.NewRequest("POST", "/orders", body(i)) // reason: library returned_pointer buffer_growth pool_refill formatting
		r.Header.Set("X-Request", fmt.Sprint("req", i))      // reason: formatting interface_boxing variadic_slice map_growth library container_element
		w := httptest.NewRecorder()                          // reason: library returned_pointer map_creation unknown_callee leaking_callee
		create(w, r)
	}
	mux := http.NewServeMux()              // reason: returned_pointer library leaking_callee
	mux.HandleFunc("/orders", s.show)      // reason: method_value library map_growth map_creation
	mux.HandleFunc("/orders.html", s.show) // reason: method_value library map_growth map_creation
	for i := 0; i < 40; i++ {
		path := "/orders.html"
		if i%2 == 0 {
			path = fmt.Sprintf("/orders?user=user-%d", i%17) // reason: formatting interface_boxing
		}
		w := httptest.NewRecorder()                                      // reason: library returned_pointer map_creation unknown_callee leaking_callee
		mux.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil)) // reason: library returned_pointer buffer_growth string_building pool_refill formatting
		text, _ := io.ReadAll(w.Result().Body)                           // reason: buffer_growth library returned_pointer formatting
		pages = append(pages, string(text))                              // reason: string_conversion slice_growth
	}
	writeProfile()
}

var pages []string
