package main

// Jeffail/gabs#144: documents kept as map[string]interface{}.
import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"example.com/cases/obs"
)

var cache = map[int]map[string]any{}

func doc(i int) []byte {
	var b strings.Builder
	b.WriteString("{")
	for j := 0; j < 40; j++ {
		fmt.Fprintf(&b, `"field_%d":{"id":%d,"name":"n%d","tags":["a","b",%d]},`, j, j, i, j)
	}
	b.WriteString(`"last":1}`)
	return []byte(b.String())
}

func store(i int) {
	var v map[string]any
	if err := json.Unmarshal(doc(i), &v); err != nil {
		panic(err)
	}
	cache[i%2000] = v
}

func main() { obs.Run(2*time.Millisecond, store) }
