package main

// kind: "which call allocates": text helpers of the standard library on a hot path.
import (
	"encoding/hex"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"example.com/cases/obs"
)

var out int
var names []string
var line = "GET /v1/items/42?full=1 HTTP/1.1 agent=Mozilla lang=en host=example.org"

func split(s string)    { out += len(strings.Split(s, " ")) }
func fields(s string)   { out += len(strings.Fields(s)) }
func lower(s string)    { out += len(strings.ToLower(s)) }
func replace(s string)  { out += len(strings.ReplaceAll(s, "=", ":")) }
func hexed(b []byte)    { out += len(hex.EncodeToString(b)) }
func itoa(n int)        { out += len(strconv.Itoa(n)) }
func stamp(t time.Time) { out += len(t.Format(time.RFC3339Nano)) }
func parse(s string) {
	u, err := url.Parse(s)
	if err == nil {
		out += len(u.Query().Get("full"))
	}
}
func join(a, b string) { out += len(filepath.Join(a, b)) }
func env(k string)     { out += len(os.ExpandEnv(k)) }

func main() {
	b := []byte("0123456789abcdef0123456789abcdef")
	obs.Run(0, func(i int) {
		for j := 0; j < 200; j++ {
			split(line)
			fields(line)
			lower(line)
			replace(line)
			hexed(b)
			itoa(i*1000 + 100000)
			stamp(time.Now())
			parse("https://example.org/v1/items/42?full=1&lang=en")
			join("/srv/data", "items/42.json")
			env("$HOME/${USER}/x/y/z")
		}
		time.Sleep(time.Millisecond)
	})
}
