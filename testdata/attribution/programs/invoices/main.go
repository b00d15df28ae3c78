// Invoices: parsed from JSON, priced, and rendered by templates.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"sort"
	"strings"
	"text/template"
	"time"
)

type item struct {
	SKU      string  `json:"sku"`
	Quantity int     `json:"quantity"`
	Price    float64 `json:"price"`
}

type invoice struct {
	Number   string            `json:"number"`
	Customer string            `json:"customer"`
	Due      time.Time         `json:"due"`
	Items    []item            `json:"items"`
	Notes    map[string]string `json:"notes"`
}

type discount interface{ apply(total float64) float64 }

type percent struct{ of, limit float64 }

func (p percent) apply(total float64) float64 { return total - min(total*p.of, p.limit) }

type flat float64

func (f flat) apply(total float64) float64 { return total - float64(f) }

var (
	skuPattern = regexp.MustCompile(`^([A-Z]+)-(\d+)$`)
	errNoItems = errors.New("no items")
	page       = template.Must(template.New("invoice").Parse("{{.Number}} for {{.Customer}}\n{{range .Items}}{{.SKU}} x{{.Quantity}}\n{{end}}"))
)

func discountsFor(inv *invoice) []discount {
	var all []discount
	if len(inv.Items) > 2 {
		all = append(all, percent{0.05, 40}) // reason: slice_growth interface_boxing constant_boxing
	}
	if strings.HasPrefix(inv.Customer, "gold") {
		all = append(all, flat(float64(len(inv.Items))*1.25)) // reason: slice_growth interface_boxing
	}
	return all
}

func total(inv *invoice) (float64, error) {
	if len(inv.Items) == 0 {
		return 0, fmt.Errorf("invoice %s: %w", inv.Number, errNoItems) // reason: error_value interface_boxing variadic_slice
	}
	sum := 0.0
	for _, it := range inv.Items {
		sum += float64(it.Quantity) * it.Price
	}
	for _, d := range discountsFor(inv) { // reason: slice_growth interface_boxing constant_boxing
		sum = d.apply(sum)
	}
	return sum, nil
}

func category(sku string) string {
	m := skuPattern.FindStringSubmatch(sku) // reason: regexp
	if m == nil {
		return "other"
	}
	return m[1]
}

func byCategory(invoices []*invoice) map[string][]item {
	groups := map[string][]item{} // reason: map_creation
	for _, inv := range invoices {
		for _, it := range inv.Items {
			c := category(it.SKU)             // reason: regexp
			groups[c] = append(groups[c], it) // reason: slice_growth map_growth
		}
	}
	return groups
}

func render(inv *invoice) string {
	var b strings.Builder                         // reason: leaking_callee interface_boxing unknown_callee stored_in_heap
	if err := page.Execute(&b, inv); err != nil { // reason: formatting buffer_growth reflection
		panic(err)
	}
	return b.String()
}

func document(n int) []byte {
	inv := invoice{ // reason: interface_boxing
		Number:   fmt.Sprintf("INV-%05d", n),                           // reason: formatting interface_boxing variadic_slice
		Customer: []string{"gold", "silver", "tin"}[n%3] + "-customer", // reason: concatenation
		Due:      time.Date(2026, time.Month(1+n%12), 1+n%28, 0, 0, 0, 0, time.UTC),
		Notes:    map[string]string{"terms": "30 days", "contact": "desk " + strings.Repeat("x", n%4)}, // reason: map_creation map_growth string_building concatenation
	}
	for i := 0; i < n%5; i++ {
		inv.Items = append(inv.Items, item{fmt.Sprintf("SKU-%d", i*n), i + 1, float64(n) / 3}) // reason: slice_growth formatting interface_boxing variadic_slice
	}
	data, err := json.Marshal(inv) // reason: encoding interface_boxing reflection
	if err != nil {
		panic(err)
	}
	return data
}

func load(n int) ([]*invoice, []error) {
	var out []*invoice
	var failed []error
	for i := 0; i < n; i++ {
		inv := new(invoice)                                      // reason: returned_pointer interface_boxing stored_in_heap container_element leaking_callee
		if err := json.Unmarshal(document(i), inv); err != nil { // reason: encoding reflection
			failed = append(failed, err)
			continue
		}
		if _, err := total(inv); err != nil { // reason: error_value interface_boxing variadic_slice slice_growth
			failed = append(failed, err) // reason: slice_growth
			continue
		}
		out = append(out, inv) // reason: slice_growth
	}
	return out, failed
}

var rendered []string

func main() {
	invoices, failed := load(900)
	groups := byCategory(invoices)
	names := make([]string, 0, len(groups)) // reason: unknown_size
	for name := range groups {
		names = append(names, name)
	}
	sort.Slice(invoices, func(i, j int) bool { return invoices[i].Due.Before(invoices[j].Due) }) // reason: interface_boxing closure_capture escaping_closure reflection
	for _, inv := range invoices {
		rendered = append(rendered, render(inv)) // reason: slice_growth
	}
	rendered = append(rendered, errors.Join(failed...).Error(), strings.Join(names, ",")) // reason: error_value string_building slice_growth string_conversion
	writeProfile()
}
