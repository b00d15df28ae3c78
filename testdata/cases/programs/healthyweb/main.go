package main

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"

	"example.com/cases/obs"
)

type product struct {
	ID    int      `json:"id"`
	Name  string   `json:"name"`
	Price float64  `json:"price"`
	Tags  []string `json:"tags"`
}

var catalogue []product

func list(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	json.NewEncoder(w).Encode(catalogue[:20])
}

func add(w http.ResponseWriter, r *http.Request) {
	var p product
	if err := json.NewDecoder(r.Body).Decode(&p); err != nil {
		http.Error(w, err.Error(), 400)
		return
	}
	catalogue[p.ID%len(catalogue)] = p
}

func main() {
	for i := 0; i < 20000; i++ {
		catalogue = append(catalogue, product{ID: i, Name: strings.Repeat("n", 40), Price: 1, Tags: []string{"a", "b"}})
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /p", list)
	mux.HandleFunc("POST /p", add)
	srv := httptest.NewServer(mux)
	client := srv.Client()
	obs.Run(time.Millisecond, func(i int) {
		resp, err := client.Get(srv.URL + "/p")
		if err == nil {
			io.Copy(io.Discard, resp.Body)
			resp.Body.Close()
		}
		resp, err = client.Post(srv.URL+"/p", "application/json", strings.NewReader(`{"id":7,"name":"x","price":2,"tags":["q"]}`))
		if err == nil {
			io.Copy(io.Discard, resp.Body)
			resp.Body.Close()
		}
	})
}
