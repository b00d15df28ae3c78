// Measurements written as Parquet files, and asked.
package main

import (
	"bytes"
	"fmt"
	"io"
	"log"
	"strings"
	"sync"

	"github.com/parquet-go/parquet-go"

	"example.com/libraries/recorder"
)

type tag struct {
	Key   string `parquet:"key,dict"`
	Value string `parquet:"value,dict"`
}

type measurement struct {
	Time   int64    `parquet:"time,delta"`
	Device string   `parquet:"device,dict"`
	Value  float64  `parquet:"value"`
	Note   *string  `parquet:"note,optional"`
	Tags   []tag    `parquet:"tags"`
	Codes  []string `parquet:"codes,list"`
}

var places = []string{"north", "river", "harbour", "mill", "bridge", "tower", "field"}

func measure(seed, count int) []measurement {
	rows := make([]measurement, count)
	for i := range rows {
		row := &rows[i]
		row.Time, row.Device, row.Value = int64(i)*1000, fmt.Sprintf("device-%03d", (i*7+seed)%200), float64(i*seed%1000)
		if i%4 == 0 {
			note := strings.Repeat(places[i%7], 3)
			row.Note = &note
		}
		for j := range i % 3 {
			row.Tags = append(row.Tags, tag{places[(i+j)%7], places[(i+seed)%7]})
		}
		row.Codes = []string{places[i%7], places[seed%7]}
	}
	return rows
}

var writers sync.Pool

func write(rows []measurement) []byte {
	var file bytes.Buffer
	var writer *parquet.GenericWriter[measurement]
	if recorder.Is("writer") {
		writer, _ = writers.Get().(*parquet.GenericWriter[measurement])
		if writer != nil {
			writer.Reset(&file)
		}
	}
	if writer == nil {
		writer = parquet.NewGenericWriter[measurement](&file, parquet.Compression(&parquet.Zstd))
	}
	if _, err := writer.Write(rows); err != nil {
		log.Fatal(err)
	}
	if err := writer.Close(); err != nil {
		log.Fatal(err)
	}
	if recorder.Is("writer") {
		writers.Put(writer)
	}
	return file.Bytes()
}

func sums(file []byte) map[string]float64 {
	reader := parquet.NewGenericReader[measurement](bytes.NewReader(file))
	defer reader.Close()
	sums := map[string]float64{}
	rows := make([]measurement, 128)
	for {
		count, err := reader.Read(rows)
		for _, row := range rows[:count] {
			sums[row.Device] += row.Value
		}
		if err == io.EOF {
			return sums
		}
		if err != nil {
			log.Fatal(err)
		}
	}
}

func main() {
	recorder.Run(900, func(i int) {
		if found := sums(write(measure(i, 1000))); len(found) != 200 {
			log.Fatal(len(found))
		}
	})
}
