// A repository that narrows its query for each request, and keeps the narrowed one.
package main

import (
	"runtime"
	"time"

	"example.com/cases/obs"
	"gorm.io/gorm"
	"gorm.io/gorm/utils/tests"
)

type User struct {
	ID    int
	Team  int
	Email string
}

type repository struct{ db *gorm.DB }

func (r *repository) byTeam(team int) (string, error) {
	r.db = r.db.Where("team = ?", team)
	var users []User
	found := r.db.Session(&gorm.Session{DryRun: true}).Find(&users)
	return found.Statement.SQL.String(), found.Error
}

func main() {
	db, err := gorm.Open(tests.DummyDialector{}, nil)
	if err != nil {
		panic(err)
	}
	r := &repository{db: db.Model(&User{})}
	obs.Run(2*time.Millisecond, func(i int) {
		if _, err := r.byTeam(i % 12); err != nil {
			panic(err)
		}
	})
	runtime.KeepAlive(r)
}
