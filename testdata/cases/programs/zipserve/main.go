// A server of files that are kept in an archive.
package main

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"example.com/cases/obs"
)

func serve(archive, name string, w io.Writer) error {
	z, err := zip.OpenReader(archive)
	if err != nil {
		return err
	}
	defer z.Close()
	f, err := z.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = io.Copy(w, f)
	return err
}

func main() {
	archive := filepath.Join(os.TempDir(), fmt.Sprintf("site-%d.zip", os.Getpid()))
	file, err := os.Create(archive)
	if err != nil {
		panic(err)
	}
	defer os.Remove(archive)
	z := zip.NewWriter(file)
	for i := 0; i < 2500; i++ {
		w, _ := z.Create(fmt.Sprintf("static/%d/page-%d.html", i%50, i))
		w.Write(bytes.Repeat([]byte("<p>hello</p>"), 40))
	}
	z.Close()
	file.Close()
	obs.Run(2*time.Millisecond, func(i int) {
		if err := serve(archive, fmt.Sprintf("static/%d/page-%d.html", i%50, i%2500), io.Discard); err != nil {
			panic(err)
		}
	})
}
