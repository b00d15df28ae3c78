// Sales are read from CSV, grouped, and written as HTML and CSV.
package main

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"html/template"
	"io"
	"sort"
	"strconv"
	"strings"
	"time"
)

type sale struct {
	region, product string
	when            time.Time
	units           int
	price           float64
}

type cell struct {
	units   int
	revenue float64
}

type pivot map[string]map[string]*cell

type row struct {
	Region string
	Cells  []string
}

var page = template.Must(template.New("page").Parse(`<table>{{range .}}<tr><th>{{.Region}}</th>{{range .Cells}}<td>{{.}}</td>{{end}}</tr>{{end}}</table>`))

func source(n int) string {
	var lines []string
	for i := 0; i < n; i++ {
		day := time.Date(2026, 1, 1+i%300, 0, 0, 0, 0, time.UTC)
		fields := []string{"region-" + strconv.Itoa(i%9), "product-" + strconv.Itoa(i%31), day.Format("2006-01-02"), strconv.Itoa(i % 50), fmt.Sprintf("%.2f", float64(i)/7)} // reason: concatenation formatting interface_boxing variadic_slice
		lines = append(lines, strings.Join(fields, ","))                                                                                                                      // reason: slice_growth string_building
	}
	return strings.Join(lines, "\n") // reason: string_building
}

func read(r io.Reader) ([]sale, error) {
	in := csv.NewReader(r) // reason: returned_pointer buffer_growth encoding
	var sales []sale
	for {
		record, err := in.Read() // reason: encoding string_conversion unknown_size slice_growth
		if err == io.EOF {
			return sales, nil
		}
		if err != nil {
			return nil, fmt.Errorf("row %d: %w", len(sales)+1, err) // reason: error_value
		}
		s := sale{region: record[0], product: record[1]}
		if s.when, err = time.Parse("2006-01-02", record[2]); err != nil {
			return nil, err
		}
		s.units, _ = strconv.Atoi(record[3])
		s.price, _ = strconv.ParseFloat(record[4], 64)
		sales = append(sales, s) // reason: slice_growth
	}
}

func pivotOf(sales []sale) pivot {
	p := make(pivot) // reason: map_creation
	for i := range sales {
		s := &sales[i]
		products, ok := p[s.region]
		if !ok {
			products = map[string]*cell{} // reason: map_creation
			p[s.region] = products        // reason: map_growth
		}
		c := products[s.product]
		if c == nil {
			c = new(cell)           // reason: stored_in_heap container_element
			products[s.product] = c // reason: map_growth
		}
		c.units += s.units
		c.revenue += float64(s.units) * s.price
	}
	return p
}

func keys[V any](m map[string]V) []string {
	out := make([]string, 0, len(m)) // reason: unknown_size
	for k := range m {
		out = append(out, k)
	}
	sort.Strings(out) // reason: interface_boxing
	return out
}

func (p pivot) rows() []row {
	var rows []row
	for _, region := range keys(p) { // reason: unknown_size
		r := row{Region: strings.ToUpper(region)} // reason: string_building
		for _, product := range keys(p[region]) { // reason: unknown_size
			c := p[region][product]
			text := strconv.FormatFloat(c.revenue, 'f', 2, 64) // reason: formatting
			text += " (" + strconv.Itoa(c.units) + ")"         // reason: concatenation formatting
			r.Cells = append(r.Cells, text)                    // reason: slice_growth
		}
		rows = append(rows, r) // reason: slice_growth
	}
	return rows
}

func monthly(sales []sale) map[time.Month][]float64 {
	byMonth := map[time.Month][]float64{} // reason: map_creation
	for _, s := range sales {
		byMonth[s.when.Month()] = append(byMonth[s.when.Month()], s.price) // reason: slice_growth map_growth
	}
	return byMonth
}

func write(w io.Writer, rows []row) error {
	out := csv.NewWriter(w) // reason: returned_pointer buffer_growth encoding
	for _, r := range rows {
		if err := out.Write(append([]string{r.Region}, r.Cells...)); err != nil { // reason: slice_growth encoding
			return err
		}
	}
	out.Flush()
	return out.Error()
}

var (
	html    string
	months  map[time.Month][]float64
	written int
)

func main() {
	sales, err := read(strings.NewReader(source(4000))) // reason: returned_pointer
	if err != nil {
		panic(err)
	}
	rows := pivotOf(sales).rows()
	var b bytes.Buffer                             // reason: interface_boxing unknown_callee leaking_callee
	if err := page.Execute(&b, rows); err != nil { // reason: formatting interface_boxing
		panic(err)
	}
	html = b.String()                       // reason: string_conversion
	var c bytes.Buffer                      // reason: interface_boxing unknown_callee leaking_callee
	if err := write(&c, rows); err != nil { // reason: encoding buffer_growth
		panic(err)
	}
	written = c.Len()
	months = monthly(sales)
	writeProfile()
}
