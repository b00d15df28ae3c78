package main

// etcd-io/bbolt#541, #234: the mapping of a database file counts as RSS.
import (
	"encoding/binary"
	"os"
	"path/filepath"
	"time"

	"example.com/cases/obs"
	bolt "go.etcd.io/bbolt"
)

func main() {
	dir, _ := os.MkdirTemp("", "bolt")
	defer os.RemoveAll(dir)
	db, err := bolt.Open(filepath.Join(dir, "x.db"), 0o600, &bolt.Options{NoSync: true})
	if err != nil {
		panic(err)
	}
	v := make([]byte, 4096)
	n := uint64(0)
	obs.Run(5*time.Millisecond, func(i int) {
		db.Update(func(tx *bolt.Tx) error {
			b, _ := tx.CreateBucketIfNotExists([]byte("b"))
			for j := 0; j < 40; j++ {
				n++
				k := binary.BigEndian.AppendUint64(nil, n*0x9E3779B97F4A7C15)
				b.Put(k, v)
			}
			return nil
		})
		db.View(func(tx *bolt.Tx) error {
			c := tx.Bucket([]byte("b")).Cursor()
			for k, _ := c.First(); k != nil; k, _ = c.Next() {
			}
			return nil
		})
	})
}
