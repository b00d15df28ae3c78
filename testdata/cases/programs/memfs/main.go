// Reports that are put together in a file system in memory.
package main

import (
	"fmt"
	"time"

	"github.com/spf13/afero"

	"example.com/cases/obs"
)

type builder struct {
	fs afero.Fs
}

func (b *builder) build(id int) ([]byte, error) {
	name := fmt.Sprintf("/tmp/report-%d.txt", id)
	f, err := b.fs.Create(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	for row := range 40 {
		fmt.Fprintf(f, "%d;%d;%f\n", id, row, float64(row)*1.5)
	}
	return afero.ReadFile(b.fs, name)
}

var reports = &builder{fs: afero.NewMemMapFs()}

func main() {
	obs.Run(time.Millisecond, func(n int) {
		for i := range 4 {
			if _, err := reports.build(n*4 + i); err != nil {
				panic(err)
			}
		}
	})
}
