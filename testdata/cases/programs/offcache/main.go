// A cache of rendered pages.
package main

import (
	"encoding/binary"
	"math/rand/v2"
	"time"

	"example.com/cases/obs"
	"github.com/VictoriaMetrics/fastcache"
)

var pages = fastcache.New(512 << 20)

func page(id uint64, buf []byte) []byte {
	var key [8]byte
	binary.LittleEndian.PutUint64(key[:], id)
	if got, ok := pages.HasGet(buf[:0], key[:]); ok {
		return got
	}
	body := make([]byte, 20<<10)
	binary.LittleEndian.PutUint64(body, id)
	pages.Set(key[:], body)
	return body
}

func main() {
	buf := make([]byte, 0, 64<<10)
	obs.Run(500*time.Microsecond, func(i int) {
		for n := 0; n < 8; n++ {
			buf = page(rand.Uint64N(60000), buf)
		}
	})
}
