// Package catalog holds products.
package catalog

import (
	"strings"

	"example.org/money"
)

// Product is sold.
type Product struct {
	Name  string
	Price money.Amount
	Words []string
}

// Catalog finds products by word.
type Catalog struct {
	all   []*Product
	words map[string][]int
}

// Add adds a product.
func (c *Catalog) Add(name string, price money.Amount) *Product {
	p := &Product{Name: name, Price: price, Words: strings.Fields(name)} // reason: returned_pointer stored_in_heap string_building container_element
	if c.words == nil {
		c.words = make(map[string][]int) // reason: map_creation
	}
	for _, word := range p.Words {
		c.words[word] = append(c.words[word], len(c.all)) // reason: slice_growth map_growth
	}
	c.all = append(c.all, p) // reason: slice_growth
	return p
}

// Find gives products that have all words.
func (c *Catalog) Find(query string) (found []*Product) {
	hits := map[int]int{}          // reason: map_creation
	words := strings.Fields(query) // reason: string_building
	for _, word := range words {
		for _, at := range c.words[word] {
			hits[at]++ // reason: map_growth
		}
	}
	for at, n := range hits { // reason: map_growth
		if n == len(words) {
			found = append(found, c.all[at]) // reason: slice_growth
		}
	}
	return found
}
