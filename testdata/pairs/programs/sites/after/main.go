// Two sites of one path, of which one is fixed: a hash object for each part.
package main

import (
	"crypto/sha256"
	"encoding/hex"

	"example.com/pairs/load"
)

var (
	digests [512]string
	rooms   [8][200]byte
)

func handle(i int) {
	parts := make([][]byte, 6+i%3)
	for n := range parts {
		parts[n] = rooms[n][:]
		parts[n][0] = byte(i + n)
	}
	sum := sha256.New()
	for _, part := range parts {
		sum.Write(part)
	}
	digests[i%512] = hex.EncodeToString(sum.Sum(nil))
	use(parts)
}

//go:noinline
func use(parts [][]byte) { last = parts }

var last [][]byte

func main() {
	load.Run(300_000, handle)
}
