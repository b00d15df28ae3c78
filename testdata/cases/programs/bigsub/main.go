package main

// A few bytes kept of each large buffer.
import (
	"encoding/binary"
	"time"

	"example.com/cases/obs"
)

type header struct {
	id    uint32
	magic []byte
}

var index []header

func read(i int) []byte {
	buf := make([]byte, 128<<10)
	binary.LittleEndian.PutUint32(buf, uint32(i))
	return buf
}

func main() {
	obs.Run(5*time.Millisecond, func(i int) {
		b := read(i)
		index = append(index, header{uint32(i), b[4:20]})
	})
}
