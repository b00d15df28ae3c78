// Invoices as spreadsheets.
package main

import (
	"fmt"
	"io"
	"log"

	"github.com/xuri/excelize/v2"

	"example.com/libraries/recorder"
)

type line struct {
	name  string
	count int
	price float64
}

func cells(lines []line) [][]any {
	rows := make([][]any, 0, len(lines))
	for _, l := range lines {
		rows = append(rows, []any{l.name, l.count, l.price, float64(l.count) * l.price})
	}
	return rows
}

var names = map[[2]int]string{}

// name is the name of a cell, made once.
func name(column, row int) (string, error) {
	known, ok := names[[2]int{column, row}]
	if !ok {
		var err error
		if known, err = excelize.CoordinatesToCellName(column, row); err != nil {
			return "", err
		}
		names[[2]int{column, row}] = known
	}
	return known, nil
}

func writeNamed(lines []line) {
	file := excelize.NewFile()
	style, err := file.NewStyle(&excelize.Style{NumFmt: 4, Font: &excelize.Font{Bold: true}})
	if err != nil {
		log.Fatal(err)
	}
	for i, row := range cells(lines) {
		for j, value := range row {
			cell, err := name(j+1, i+1)
			if err != nil {
				log.Fatal(err)
			}
			if err := file.SetCellValue("Sheet1", cell, value); err != nil {
				log.Fatal(err)
			}
		}
		last, err := name(4, i+1)
		if err != nil {
			log.Fatal(err)
		}
		if err := file.SetCellStyle("Sheet1", last, last, style); err != nil {
			log.Fatal(err)
		}
	}
	if err := file.Write(io.Discard); err != nil {
		log.Fatal(err)
	}
	file.Close()
}

func write(lines []line) {
	file := excelize.NewFile()
	style, err := file.NewStyle(&excelize.Style{NumFmt: 4, Font: &excelize.Font{Bold: true}})
	if err != nil {
		log.Fatal(err)
	}
	for i, row := range cells(lines) {
		for j, value := range row {
			cell, err := excelize.CoordinatesToCellName(j+1, i+1)
			if err != nil {
				log.Fatal(err)
			}
			if err := file.SetCellValue("Sheet1", cell, value); err != nil {
				log.Fatal(err)
			}
		}
		last := fmt.Sprintf("D%d", i+1)
		if err := file.SetCellStyle("Sheet1", last, last, style); err != nil {
			log.Fatal(err)
		}
	}
	if err := file.Write(io.Discard); err != nil {
		log.Fatal(err)
	}
	file.Close()
}

func stream(lines []line) {
	file := excelize.NewFile()
	writer, err := file.NewStreamWriter("Sheet1")
	if err != nil {
		log.Fatal(err)
	}
	for i, row := range cells(lines) {
		if err := writer.SetRow(fmt.Sprintf("A%d", i+1), row); err != nil {
			log.Fatal(err)
		}
	}
	if err := writer.Flush(); err != nil {
		log.Fatal(err)
	}
	if err := file.Write(io.Discard); err != nil {
		log.Fatal(err)
	}
	file.Close()
}

func main() {
	lines := make([]line, 150)
	for i := range lines {
		lines[i] = line{fmt.Sprintf("article %d", i), i%9 + 1, float64(i) / 3}
	}
	recorder.Run(1500, func(int) {
		switch {
		case recorder.Is("stream"):
			stream(lines)
		case recorder.Is("names"):
			writeNamed(lines)
		default:
			write(lines)
		}
	})
}
