// Sells.
package main

import (
	"fmt"
	"sort"
	"strings"

	"example.org/money"
	"example.org/shop/internal/catalog"
)

type cart struct {
	lines []line
	notes map[string]string
}

type line struct {
	product *catalog.Product
	count   int
}

func (c *cart) add(p *catalog.Product, count int) {
	for i := range c.lines {
		if c.lines[i].product == p {
			c.lines[i].count += count
			return
		}
	}
	c.lines = append(c.lines, line{p, count}) // reason: slice_growth
}

func (c *cart) note(key string, format string, values ...any) {
	if c.notes == nil {
		c.notes = make(map[string]string) // reason: map_creation
	}
	c.notes[key] = fmt.Sprintf(format, values...) // reason: formatting map_growth
}

func (c *cart) total() (money.Amount, error) {
	sum := &money.Amount{Currency: "EUR"} // reason: returned_pointer
	for _, l := range c.lines {
		var err error
		for i := 0; i < l.count; i++ {
			if sum, err = sum.Add(l.product.Price); err != nil { // reason: returned_pointer
				return money.Amount{}, err
			}
		}
	}
	return *sum, nil
}

func receipt(c *cart) string {
	rows := make([]string, 0, len(c.lines)) // reason: unknown_size
	for _, l := range c.lines {
		rows = append(rows, l.product.Name+" x"+strings.Repeat("I", l.count)) // reason: concatenation string_building buffer_growth
	}
	sort.Strings(rows)                                                           // reason: interface_boxing
	sort.Slice(rows, func(i, j int) bool { return len(rows[i]) < len(rows[j]) }) // reason: interface_boxing reflection
	total, err := c.total()
	if err != nil {
		return err.Error()
	}
	rows = append(rows, total.String()) // reason: slice_growth
	return strings.Join(rows, "\n")     // reason: string_building buffer_growth
}

func main() {
	c := &catalog.Catalog{}
	for i := 0; i < 200; i++ {
		price, err := money.Parse(fmt.Sprintf("%d.%02d EUR", i, i%100)) // reason: formatting interface_boxing
		if err != nil {
			panic(err)
		}
		c.Add(fmt.Sprintf("thing %d of box %d", i, i%9), price) // reason: formatting interface_boxing variadic_slice
	}
	for i := 0; i < 300; i++ {
		basket := new(cart)
		for _, p := range c.Find(fmt.Sprint("box ", i%9)) { // reason: formatting interface_boxing variadic_slice
			basket.add(p, 1+i%3)
			basket.note(p.Name, "seen %d times, %v", i, p.Price) // reason: interface_boxing variadic_slice
		}
		receipts = append(receipts, receipt(basket))                                 // reason: slice_growth
		for _, part := range basket.lines[0].product.Price.Share(1, 2, int64(i+1)) { // reason: unknown_size
			cents += part.Cents
		}
	}
	writeProfile()
}

var (
	receipts []string
	cents    int64
)
