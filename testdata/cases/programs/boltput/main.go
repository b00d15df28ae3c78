package main

// a transaction for each key, which copies the pages that it changes.
import (
	"os"
	"path/filepath"
	"strconv"

	"example.com/cases/obs"
	"go.etcd.io/bbolt"
)

func main() {
	dir, err := os.MkdirTemp("", "boltput")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	db, err := bbolt.Open(filepath.Join(dir, "x.db"), 0o600, &bbolt.Options{NoSync: true})
	if err != nil {
		panic(err)
	}
	create := func(tx *bbolt.Tx) error { _, err := tx.CreateBucket([]byte("b")); return err }
	if err := db.Update(create); err != nil {
		panic(err)
	}
	value := []byte("a value of some length")
	obs.Run(0, func(i int) {
		put := func(tx *bbolt.Tx) error {
			return tx.Bucket([]byte("b")).Put([]byte("key-"+strconv.Itoa(i%5000)), value)
		}
		if err := db.Update(put); err != nil {
			panic(err)
		}
	})
}
