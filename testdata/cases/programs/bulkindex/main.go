package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"time"

	"github.com/olivere/elastic/v7"

	"example.com/cases/obs"
)

type event struct {
	ID      int       `json:"id"`
	Time    time.Time `json:"time"`
	Message string    `json:"message"`
}

type indexer struct {
	client *elastic.Client
	name   string
}

func (x *indexer) flush(events []event) error {
	bulk := x.client.Bulk().Index(x.name)
	for _, e := range events {
		bulk.Add(elastic.NewBulkIndexRequest().Id(fmt.Sprint(e.ID)).Doc(e))
	}
	_, err := bulk.Do(context.Background())
	return err
}

func main() {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Type", "application/json")
		io.WriteString(w, `{"took":1,"errors":false,"items":[]}`)
	}))
	defer server.Close()
	client, err := elastic.NewSimpleClient(elastic.SetURL(server.URL))
	if err != nil {
		panic(err)
	}
	x := &indexer{client, "events"}
	obs.Run(400*time.Millisecond, func(i int) {
		events := make([]event, 20_000)
		for j := range events {
			events[j] = event{i*20_000 + j, time.Now(), "a request was answered after some time by the service"}
		}
		if err := x.flush(events); err != nil {
			panic(err)
		}
	})
}
