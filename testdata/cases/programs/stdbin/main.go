package main

// kind: "why does this allocate": reflection, closures and boxes inside the standard library.
import (
	"bytes"
	"encoding/binary"
	"encoding/gob"
	"math/rand"
	"reflect"
	"sort"
	"strings"
	"text/template"
	"time"

	"example.com/cases/obs"
)

type header struct {
	A uint32
	B uint16
	C [10]byte
}

var out int
var tpl = template.Must(template.New("t").Parse("{{.A}}-{{.B}} {{range .L}}{{.}} {{end}}"))

func encode(h header) {
	var b bytes.Buffer
	binary.Write(&b, binary.BigEndian, h)
	out += b.Len()
}
func decode(p []byte) {
	var h header
	binary.Read(bytes.NewReader(p), binary.BigEndian, &h)
	out += int(h.A)
}
func same(a, b map[string]int) {
	if reflect.DeepEqual(a, b) {
		out++
	}
}
func order(v []int) { sort.Slice(v, func(i, j int) bool { return v[i] < v[j] }) }
func dice()         { out += rand.New(rand.NewSource(1)).Intn(6) }
func gobbed(h header) {
	var b bytes.Buffer
	gob.NewEncoder(&b).Encode(h)
	out += b.Len()
}
func page(v any) {
	var b strings.Builder
	tpl.Execute(&b, v)
	out += b.Len()
}

func main() {
	m := map[string]int{"a": 1, "b": 2, "c": 3}
	n := map[string]int{"a": 1, "b": 2, "c": 3}
	p := make([]byte, 16)
	v := []int{3, 1, 2, 5, 4}
	obs.Run(0, func(i int) {
		for j := 0; j < 20; j++ {
			encode(header{A: 1})
			decode(p)
			same(m, n)
			order(v)
			dice()
			gobbed(header{A: 1})
			page(map[string]any{"A": 1, "B": 2, "L": v})
		}
		time.Sleep(time.Millisecond)
	})
}
