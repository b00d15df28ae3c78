// An export of orders to a spreadsheet, on demand.
package main

import (
	"io"
	"strconv"
	"time"

	"github.com/xuri/excelize/v2"

	"example.com/cases/obs"
)

type order struct {
	id     int
	client string
	total  float64
}

func export(w io.Writer, orders []order) error {
	f := excelize.NewFile()
	defer f.Close()
	for i, o := range orders {
		row := strconv.Itoa(i + 1)
		f.SetCellValue("Sheet1", "A"+row, o.id)
		f.SetCellValue("Sheet1", "B"+row, o.client)
		f.SetCellValue("Sheet1", "C"+row, o.total)
		for c := 'D'; c < 'J'; c++ {
			f.SetCellValue("Sheet1", string(c)+row, "n/a")
		}
	}
	return f.Write(w)
}

func main() {
	orders := make([]order, 15000)
	for i := range orders {
		orders[i] = order{i, "client " + strconv.Itoa(i%900), float64(i) * 1.25}
	}
	obs.Run(200*time.Millisecond, func(int) {
		if err := export(io.Discard, orders); err != nil {
			panic(err)
		}
	})
}
