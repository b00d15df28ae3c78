package main

import (
	"reflect"
	"time"

	"example.com/cases/obs"
)

type row struct {
	ID    int64
	Name  string
	Price float64
	Tags  [4]string
	At    time.Time
}

func isZero(v any) bool {
	switch x := v.(type) {
	case int64:
		return x == 0
	case string:
		return x == ""
	case float64:
		return x == 0
	case time.Time:
		return x.IsZero()
	}
	return false
}

func missing(v any) int {
	n := 0
	rv := reflect.ValueOf(v).Elem()
	for i := 0; i < rv.NumField(); i++ {
		if isZero(rv.Field(i).Interface()) {
			n++
		}
	}
	return n
}

var bad int

func main() {
	rows := make([]row, 500)
	for i := range rows {
		rows[i] = row{ID: int64(i) + 1000, Name: "n", Price: 2.5, At: time.Now()}
	}
	obs.Run(2*time.Millisecond, func(int) {
		for i := range rows {
			bad += missing(&rows[i])
			bad += missing(&rows[i])
		}
	})
}
