package main

// []any for SQL arguments; sort.Slice; time.Format; big struct returned by value in an interface; errors.Is wrapping.
import (
	"errors"
	"fmt"
	"sort"
	"strconv"
	"time"

	"example.com/cases/obs"
)

type row struct {
	id   int64
	name string
	at   time.Time
}

//go:noinline
func exec(query string, args ...any) int { last = args; return len(args) }

var last []any
var n int

func insert(r row) int { return exec("insert", r.id, r.name, r.at) }

func args(ids []int64) []any {
	var out []any
	for _, id := range ids {
		out = append(out, id)
	}
	return out
}

func order(rows []row) { sort.Slice(rows, func(i, j int) bool { return rows[i].id < rows[j].id }) }

func stamp(r row) string { return r.at.Format(time.RFC3339) + "/" + strconv.FormatInt(r.id, 10) }

var errBase = errors.New("base")

func wrap(i int) error { return fmt.Errorf("item %d: %w", i, errBase) }

func main() {
	rows := make([]row, 20)
	ids := make([]int64, 50)
	for i := range ids {
		ids[i] = int64(i * 1000)
	}
	obs.Run(time.Millisecond, func(i int) {
		for j := 0; j < 100; j++ {
			n += insert(row{int64(i*1000 + j), "name", time.Now()})
			n += len(args(ids))
			order(rows)
			n += len(stamp(rows[j%20]))
			if wrap(j) != nil {
				n++
			}
		}
	})
}
