package main

// GOGC=off without a limit: the heap grows until the kernel kills it.
import (
	"runtime/debug"
	"time"

	"example.com/cases/obs"
)

var sink []byte

func main() {
	debug.SetGCPercent(-1)
	obs.Run(2*time.Millisecond, func(i int) { sink = make([]byte, 128<<10) })
}
