package main

import (
	"database/sql"
	"database/sql/driver"
	"errors"
	"io"
	"time"

	"example.com/cases/obs"
)

type fake struct{}
type conn struct{}
type stmt struct{}
type rows struct{ n int }

func (fake) Open(string) (driver.Conn, error)           { return conn{}, nil }
func (conn) Prepare(string) (driver.Stmt, error)        { return stmt{}, nil }
func (conn) Close() error                               { return nil }
func (conn) Begin() (driver.Tx, error)                  { return nil, errors.New("no") }
func (stmt) Close() error                               { return nil }
func (stmt) NumInput() int                              { return -1 }
func (stmt) Exec([]driver.Value) (driver.Result, error) { return nil, errors.New("no") }
func (stmt) Query([]driver.Value) (driver.Rows, error)  { return &rows{}, nil }
func (*rows) Columns() []string                         { return []string{"id", "name", "price", "stock"} }
func (*rows) Close() error                              { return nil }
func (r *rows) Next(dest []driver.Value) error {
	if r.n++; r.n > 500 {
		return io.EOF
	}
	dest[0], dest[1], dest[2], dest[3] = int64(r.n), "a product", 2.5, int64(r.n*7)
	return nil
}

// query gives any table as a list of maps.
func query(db *sql.DB, text string) ([]map[string]any, error) {
	rows, err := db.Query(text)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	names, err := rows.Columns()
	if err != nil {
		return nil, err
	}
	var all []map[string]any
	for rows.Next() {
		values := make([]any, len(names))
		targets := make([]any, len(names))
		for i := range values {
			targets[i] = &values[i]
		}
		if err := rows.Scan(targets...); err != nil {
			return nil, err
		}
		row := make(map[string]any)
		for i, name := range names {
			row[name] = values[i]
		}
		all = append(all, row)
	}
	return all, rows.Err()
}

func main() {
	sql.Register("fake", fake{})
	db, err := sql.Open("fake", "")
	if err != nil {
		panic(err)
	}
	n := 0
	obs.Run(time.Millisecond, func(i int) {
		list, err := query(db, "SELECT * FROM products")
		if err != nil {
			panic(err)
		}
		n += len(list)
	})
}
