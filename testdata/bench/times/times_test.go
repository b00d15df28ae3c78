// Package times has benchmarks that can be made slower: SLOWER=Sort:30 makes one take 30 % longer.
package times

import (
	"bytes"
	"compress/flate"
	"crypto/sha256"
	"encoding/json"
	"io"
	"os"
	"regexp"
	"sort"
	"strconv"
	"strings"
	"testing"
)

var (
	text = strings.Repeat("the quick brown fox jumps over the lazy dog 0123456789 ", 200)
	sink any
)

// slowed does work ten times, and a tenth of that for each ten percent that it shall take longer.
func slowed(b *testing.B, name string, work func()) {
	times := 10
	if of, percent, ok := strings.Cut(os.Getenv("SLOWER"), ":"); ok && of == name {
		more, err := strconv.Atoi(percent)
		if err != nil {
			b.Fatal(err)
		}
		times += more / 10
	}
	b.ReportAllocs()
	for i := 0; i < b.N; i++ {
		for range make([]struct{}, times) {
			work()
		}
	}
}

func BenchmarkHash(b *testing.B) {
	bytes := []byte(text)
	slowed(b, "Hash", func() { sum := sha256.Sum256(bytes); sink = sum[0] })
}

func BenchmarkSort(b *testing.B) {
	words := strings.Fields(text)
	slowed(b, "Sort", func() {
		copied := append([]string(nil), words...)
		sort.Strings(copied)
		sink = copied
	})
}

func BenchmarkJSON(b *testing.B) {
	value := map[string]any{"name": text[:100], "list": []int{1, 2, 3, 4, 5, 6}, "nested": map[string]string{"a": "b"}}
	slowed(b, "JSON", func() {
		encoded, err := json.Marshal(value)
		if err != nil {
			b.Fatal(err)
		}
		sink = encoded
	})
}

func BenchmarkRegexp(b *testing.B) {
	expression := regexp.MustCompile(`l[a-z]+y d(o)g`)
	slowed(b, "Regexp", func() { sink = len(expression.FindAllStringIndex(text[:2000], -1)) })
}

func BenchmarkFlate(b *testing.B) {
	slowed(b, "Flate", func() {
		writer, err := flate.NewWriter(io.Discard, flate.BestSpeed)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := io.Copy(writer, strings.NewReader(text)); err != nil {
			b.Fatal(err)
		}
	})
}

func BenchmarkMap(b *testing.B) {
	words := strings.Fields(text)
	slowed(b, "Map", func() {
		counts := map[string]int{}
		for _, word := range words {
			counts[word]++
		}
		sink = counts
	})
}

func BenchmarkBuffer(b *testing.B) {
	slowed(b, "Buffer", func() {
		var buffer bytes.Buffer
		for i := 0; i < 500; i++ {
			buffer.WriteString(strconv.Itoa(i))
		}
		sink = buffer.Bytes()
	})
}

func BenchmarkSearch(b *testing.B) {
	slowed(b, "Search", func() { sink = strings.Count(text, "lazy") })
}
