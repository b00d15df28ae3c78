// Counts the words of a text in parallel, and prints the most frequent ones.
package main

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"os"
	"regexp"
	"slices"
	"sort"
	"strings"
	"sync"
	"unicode"
)

type counts map[string]int

type pair struct {
	word  string
	count int
}

type byCount []pair

func (b byCount) Len() int           { return len(b) }
func (b byCount) Less(i, j int) bool { return b[i].count > b[j].count }
func (b byCount) Swap(i, j int)      { b[i], b[j] = b[j], b[i] }

var wordPattern = regexp.MustCompile(`[a-z]+[0-9]*`) // reason: regexp

func generate(w io.Writer, lines int) {
	out := bufio.NewWriter(w) // reason: buffer_growth returned_pointer unknown_size leaking_callee
	defer out.Flush()
	for i := 0; i < lines; i++ {
		for k := 0; k < 12; k++ {
			fmt.Fprintf(out, "Word%d ", (i*7+k*13)%400) // reason: interface_boxing formatting variadic_slice
		}
		fmt.Fprintln(out)
	}
}

func scan(r io.Reader, lines chan<- string) error {
	scanner := bufio.NewScanner(r)                  // reason: buffer_growth returned_pointer
	scanner.Buffer(make([]byte, 0, 64*1024), 1<<20) // reason: leaking_callee stored_in_heap too_large
	for scanner.Scan() {                            // reason: buffer_growth
		lines <- scanner.Text() // reason: string_conversion
	}
	close(lines)
	return scanner.Err()
}

func split(line string) []string {
	return strings.FieldsFunc(line, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) // reason: string_building
}

func normalise(words []string) []string {
	out := words[:0]
	for _, word := range words {
		word = strings.ToLower(word)       // reason: string_building buffer_growth
		if wordPattern.MatchString(word) { // reason: regexp
			out = append(out, word)
		}
	}
	return out
}

func count(lines <-chan string) counts {
	c := make(counts)         // reason: map_creation
	for line := range lines { // reason: channel
		for _, word := range normalise(split(line)) {
			c[word]++ // reason: map_growth
		}
	}
	return c
}

func mapValues[K comparable, V, W any](m map[K]V, f func(K, V) W) []W {
	out := make([]W, 0, len(m)) // reason: unknown_size
	for k, v := range m {
		out = append(out, f(k, v)) // reason: slice_growth
	}
	return out
}

func merge(all ...counts) counts {
	total := counts{} // reason: map_creation
	for _, c := range all {
		for word, n := range c {
			total[word] += n // reason: map_growth
		}
	}
	return total
}

func top(c counts, n int) []pair {
	pairs := mapValues(c, func(word string, n int) pair { return pair{word, n} }) // reason: unknown_size
	sort.Stable(byCount(pairs))                                                   // reason: interface_boxing
	slices.SortStableFunc(pairs, func(a, b pair) int {
		if a.count != b.count {
			return cmp.Compare(b.count, a.count)
		}
		return strings.Compare(a.word, b.word)
	})
	return append([]pair(nil), pairs[:min(n, len(pairs))]...) // reason: copy slice_growth
}

func histogram(c counts) map[int][]string {
	out := map[int][]string{} // reason: map_creation
	for word, n := range c {
		out[n] = append(out[n], word) // reason: slice_growth map_growth
	}
	return out
}

func main() {
	path := os.TempDir() + "/wordfreq.txt" // reason: concatenation library map_growth
	file, err := os.Create(path)           // reason: library
	if err != nil {
		panic(err)
	}
	generate(file, 400)
	file.Close()
	file, err = os.Open(path) // reason: library
	if err != nil {
		panic(err)
	}
	lines := make(chan string, 64) // reason: channel
	results := make([]counts, 3)   // reason: goroutine closure_capture escaping_closure
	var group sync.WaitGroup       // reason: goroutine closure_capture
	for i := range results {
		i := i
		group.Add(1)
		go func() { // reason: goroutine escaping_closure
			defer group.Done()
			results[i] = count(lines)
		}()
	}
	if err := scan(file, lines); err != nil {
		panic(err)
	}
	group.Wait()
	total := merge(results...)
	best := top(total, 20)
	words := histogram(total)
	report := new(strings.Builder) // reason: interface_boxing leaking_callee
	for _, p := range best {
		fmt.Fprintf(report, "%-10s %5d %v\n", p.word, p.count, len(words[p.count])) // reason: interface_boxing formatting variadic_slice buffer_growth
	}
	text = report.String()
	_ = os.Remove(path) // reason: string_conversion library
	writeProfile()
}

var text string
