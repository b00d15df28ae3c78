package main

import (
	"bytes"
	"io"
	"time"

	"github.com/klauspost/compress/zstd"

	"example.com/cases/obs"
)

func inflate(p []byte) ([]byte, error) {
	r, err := zstd.NewReader(bytes.NewReader(p))
	if err != nil {
		return nil, err
	}
	head := make([]byte, 512)
	_, err = io.ReadFull(r, head)
	return head, err
}

func main() {
	enc, _ := zstd.NewWriter(nil)
	plain := make([]byte, 400<<10)
	for i := range plain {
		plain[i] = byte(i * i >> 7)
	}
	packed := enc.EncodeAll(plain, nil)
	obs.Run(10*time.Millisecond, func(int) { inflate(packed) })
}
