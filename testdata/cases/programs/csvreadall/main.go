// The daily export is summed up, some megabytes at a time.
package main

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"strconv"
	"time"

	"example.com/cases/obs"
)

func total(file []byte) (sum float64, err error) {
	rows, err := csv.NewReader(bytes.NewReader(file)).ReadAll()
	if err != nil {
		return 0, err
	}
	for _, row := range rows[1:] {
		price, err := strconv.ParseFloat(row[3], 64)
		if err != nil {
			return 0, err
		}
		sum += price
	}
	return sum, nil
}

func main() {
	var b bytes.Buffer
	b.WriteString("id,customer,article,price\n")
	for i := 0; i < 60000; i++ {
		fmt.Fprintf(&b, "%d,customer-%d,article-%d,%d.50\n", i, i%900, i%77, i%400)
	}
	file := b.Bytes()
	obs.Run(100*time.Millisecond, func(i int) {
		if _, err := total(file); err != nil {
			panic(err)
		}
	})
}
