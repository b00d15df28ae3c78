package main

import (
	"strconv"
	"time"

	sq "github.com/Masterminds/squirrel"

	"example.com/cases/obs"
)

type filter struct {
	Tenant int
	State  string
	After  int64
	Limit  uint64
}

type store struct{ sent int }

func (s *store) list(f filter) error {
	q := sq.Select("id", "tenant", "state", "created", "title", "body").
		From("tickets").
		LeftJoin("owners ON owners.ticket = tickets.id").
		Where(sq.Eq{"tenant": f.Tenant, "state": f.State}).
		Where(sq.Gt{"created": f.After}).
		OrderBy("created DESC").
		Limit(f.Limit).
		PlaceholderFormat(sq.Dollar)
	text, args, err := q.ToSql()
	if err != nil {
		return err
	}
	s.sent += len(text) + len(args)
	return nil
}

func main() {
	s := &store{}
	obs.Run(100*time.Microsecond, func(i int) {
		for j := range 4 {
			if err := s.list(filter{Tenant: i % 50, State: "open" + strconv.Itoa(j), After: int64(i), Limit: 100}); err != nil {
				panic(err)
			}
		}
	})
}
