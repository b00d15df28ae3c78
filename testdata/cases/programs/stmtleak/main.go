package main

import (
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"time"

	"example.com/cases/obs"
)

type fake struct{}
type conn struct{ open map[*stmt]bool }
type stmt struct {
	c    *conn
	plan []byte
}
type tx struct{}
type rows struct{ n int }

func (fake) Open(string) (driver.Conn, error) { return &conn{open: map[*stmt]bool{}}, nil }
func (c *conn) Prepare(q string) (driver.Stmt, error) {
	s := &stmt{c: c, plan: make([]byte, 8<<10)}
	c.open[s] = true
	return s, nil
}
func (c *conn) Close() error              { return nil }
func (c *conn) Begin() (driver.Tx, error) { return tx{}, nil }
func (tx) Commit() error                  { return nil }
func (tx) Rollback() error                { return nil }
func (s *stmt) Close() error              { delete(s.c.open, s); return nil }
func (s *stmt) NumInput() int             { return -1 }
func (s *stmt) Exec([]driver.Value) (driver.Result, error) {
	return nil, errors.New("no")
}
func (s *stmt) Query([]driver.Value) (driver.Rows, error) { return &rows{}, nil }
func (r *rows) Columns() []string                         { return []string{"name"} }
func (r *rows) Close() error                              { return nil }
func (r *rows) Next(dest []driver.Value) error {
	if r.n++; r.n > 1 {
		return io.EOF
	}
	dest[0] = "name"
	return nil
}

func userName(db *sql.DB, id int) (string, error) {
	q, err := db.Prepare("SELECT name FROM users WHERE id = ?")
	if err != nil {
		return "", err
	}
	var name string
	err = q.QueryRow(id).Scan(&name)
	return name, err
}

func main() {
	sql.Register("fake", fake{})
	db, err := sql.Open("fake", "")
	if err != nil {
		panic(err)
	}
	obs.Run(2*time.Millisecond, func(i int) {
		if _, err := userName(db, i); err != nil {
			fmt.Println(err)
		}
	})
}
