package main

// the same as stringsbytes, with a CPU profile for PGO.
import (
	"bytes"
	"os"
	"runtime/pprof"
	"strconv"
	"strings"
	"time"

	"example.com/cases/obs"
)

var line = []byte("GET /api/v1/items?limit=10&offset=20 HTTP/1.1 Host:Example.COM")
var counts = map[string]int{}
var n int

func parse(b []byte) int {
	s := string(b)
	f := strings.Split(s, " ")
	h := strings.ToLower(f[3])
	p := strings.ReplaceAll(f[1], "/", ".")
	return len(h) + len(p)
}

func count(b []byte) { counts[string(b)]++ }

func hot(b []byte) bool { return bytes.Equal([]byte(strconv.Itoa(len(b)*1000)), b) }

func tobytes(s string) int { return len(store([]byte(s))) }

//go:noinline
func store(b []byte) []byte { last = b; return b }

var last []byte

func main() {
	f, _ := os.Create(os.Getenv("OBS_DIR") + "/cpu.pprof")
	pprof.StartCPUProfile(f)
	defer f.Close()
	defer pprof.StopCPUProfile()
	obs.Run(time.Millisecond, func(i int) {
		for j := 0; j < 200; j++ {
			n += parse(line)
			count(line[:j%40+1])
			hot(line)
			n += tobytes("a string of some length that is longer than thirty-two bytes")
		}
	})
}
