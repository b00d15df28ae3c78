package bench_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"example.com/bench"
)

type user struct {
	Name  string   `json:"name"`
	Roles []string `json:"roles"`
}

func handler(params map[string]string) any {
	return &user{ // reason: interface_boxing returned_pointer
		Name:  strings.ToUpper(params["name"]),    // reason: string_building buffer_growth
		Roles: []string{"reader", params["role"]}, // reason: stored_in_heap returned_pointer
	}
}

func TestRouter(t *testing.T) {
	var router bench.Router                                                          // reason: closure_capture
	router.Add("/users/:name/roles/:role", handler)                                  // reason: stored_in_heap
	for _, path := range []string{"/users/ann/roles/admin", "/users/bob", "/none"} { // reason: closure_capture escaping_closure
		path := path
		t.Run(path, func(t *testing.T) { // reason: testing escaping_closure closure_capture
			for i := 0; i < 200; i++ {
				out, err := router.Serve(path)
				if err == nil && !strings.Contains(string(out), "ANN") { // reason: string_conversion
					t.Fatal(string(out))
				}
			}
		})
	}
}

func TestCache(t *testing.T) {
	cache := bench.New[string, []int](100) // reason: returned_pointer map_creation library stored_in_heap
	for i := 0; i < 1000; i++ {
		cache.Put("key-"+strconv.Itoa(i%150), make([]int, 3+i%2)) // reason: concatenation formatting leaking_callee unknown_size
	}
	if _, ok := cache.Get(fmt.Sprint("key-", 3)); ok { // reason: formatting interface_boxing variadic_slice
		t.Log("there")
	}
}

func BenchmarkPut(b *testing.B) {
	cache := bench.New[int, string](64) // reason: returned_pointer map_creation library stored_in_heap
	b.ReportAllocs()
	for i := 0; i < b.N; i++ {
		cache.Put(i, "value") // reason: interface_boxing leaking_callee stored_in_heap
	}
}
