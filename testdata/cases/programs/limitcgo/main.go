package main

// kind: GOMEMLIMIT is set and the container is killed all the same: memory that Go does not count.
import (
	"syscall"
	"time"

	"example.com/cases/obs"
)

var hold [][]byte
var sink []byte

func main() {
	obs.Run(10*time.Millisecond, func(i int) {
		b, err := syscall.Mmap(-1, 0, 1<<20, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
		if err == nil && len(hold) < 400 {
			for j := 0; j < len(b); j += 4096 {
				b[j] = 1
			}
			hold = append(hold, b)
		}
		sink = make([]byte, 64<<10)
	})
}
