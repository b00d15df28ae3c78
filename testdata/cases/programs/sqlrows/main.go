package main

// Rows of a query that are not closed where the function returns early.
import (
	"context"
	"database/sql"
	"database/sql/driver"
	"io"
	"time"

	"example.com/cases/obs"
)

type drv struct{}
type conn struct{ buf []byte }
type stmt struct{}
type rows struct{ n int }

func (drv) Open(string) (driver.Conn, error)        { return &conn{make([]byte, 16<<10)}, nil }
func (c *conn) Prepare(string) (driver.Stmt, error) { return stmt{}, nil }
func (c *conn) Close() error                        { return nil }
func (c *conn) Begin() (driver.Tx, error)           { return nil, io.EOF }
func (stmt) Close() error                           { return nil }
func (stmt) NumInput() int                          { return -1 }
func (stmt) Exec([]driver.Value) (driver.Result, error) {
	return nil, io.EOF
}
func (stmt) Query([]driver.Value) (driver.Rows, error) { return &rows{}, nil }
func (*rows) Columns() []string                        { return []string{"id"} }
func (*rows) Close() error                             { return nil }
func (r *rows) Next(dest []driver.Value) error {
	if r.n++; r.n > 10 {
		return io.EOF
	}
	dest[0] = int64(r.n)
	return nil
}

func exists(ctx context.Context, db *sql.DB, id int) (bool, error) {
	ctx, cancel := context.WithCancel(ctx)
	_ = cancel
	rows, err := db.QueryContext(ctx, "select id from t where id = ?", id)
	if err != nil {
		return false, err
	}
	return rows.Next(), nil
}

func main() {
	sql.Register("fake", drv{})
	db, _ := sql.Open("fake", "")
	obs.Run(2*time.Millisecond, func(i int) { exists(context.Background(), db, i) })
}
