package main

import (
	"encoding/json"
	"fmt"
	"os"
	"sync/atomic"
	"time"

	"example.com/cases/obs"
)

type Entry struct {
	Key  string   `json:"key"`
	Tags []string `json:"tags"`
	Rank int      `json:"rank"`
}

type Index struct {
	byKey map[string]*Entry
}

var current atomic.Pointer[Index]

func load(path string) (*Index, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	index := &Index{byKey: map[string]*Entry{}}
	for d := json.NewDecoder(file); d.More(); {
		e := new(Entry)
		if err := d.Decode(e); err != nil {
			return nil, err
		}
		index.byKey[e.Key] = e
	}
	return index, nil
}

func write(path string) {
	file, err := os.Create(path)
	if err != nil {
		panic(err)
	}
	defer file.Close()
	out := json.NewEncoder(file)
	for i := range 120_000 {
		out.Encode(Entry{Key: fmt.Sprintf("entry/%d", i), Tags: []string{fmt.Sprint("t", i%97), fmt.Sprint("region-", i%7)}, Rank: i})
	}
}

func answer(e *Entry) []byte {
	page := make([]byte, 0, 32<<10)
	for _, tag := range e.Tags {
		page = append(page, tag...)
	}
	return fmt.Appendf(page, "%s %d", e.Key, e.Rank)
}

var sent int

func reload(path string) {
	next, err := load(path)
	if err != nil {
		panic(err)
	}
	current.Store(next)
}

func main() {
	path := os.TempDir() + "/reloadpeak.json"
	write(path)
	defer os.Remove(path)
	reload(path)
	go func() {
		for range time.Tick(3 * time.Second) {
			reload(path)
		}
	}()
	obs.Run(time.Millisecond, func(i int) {
		e := current.Load().byKey[fmt.Sprintf("entry/%d", i%120_000)]
		sent += len(answer(e))
	})
}
