package main

// hyperledger-labs/minbft#114: C.CString never freed; the Go heap is small.

// #include <stdlib.h>
// #include <string.h>
import "C"
import (
	"strings"
	"time"

	"example.com/cases/obs"
)

var text = strings.Repeat("x", 64<<10)
var n C.size_t

func send(s string) { n += C.strlen(C.CString(s)) }

var sink []byte

func main() {
	obs.Run(2*time.Millisecond, func(i int) { send(text); sink = make([]byte, 32<<10) })
}
