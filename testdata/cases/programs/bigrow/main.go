package main

// kind: "heap in use is 3 x what I store": many small maps and interface values for rows.
import (
	"time"

	"example.com/cases/obs"
)

var rows []map[string]any

func row(i int) map[string]any {
	return map[string]any{"id": i, "qty": int64(i), "price": float64(i) / 3, "ok": i%2 == 0}
}

func main() {
	obs.Run(time.Millisecond, func(i int) {
		for j := 0; j < 30; j++ {
			if len(rows) >= 60000 {
				rows = rows[:0]
			}
			rows = append(rows, row(i*30+j))
		}
	})
}
