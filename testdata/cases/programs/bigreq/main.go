package main

import (
	"time"

	"example.com/cases/obs"
)

func checksum(seed int) (s uint32) {
	buf := make([]byte, 10<<20)
	for i := 0; i < len(buf); i += 4096 {
		buf[i] = byte(seed + i)
		s += uint32(buf[i])
	}
	return s
}

var sum uint32

func main() {
	obs.Run(15*time.Millisecond, func(i int) { sum += checksum(i) })
}
