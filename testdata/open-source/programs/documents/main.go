// Manifests in YAML, asked by jq's language, and written again.
package main

import (
	"fmt"
	"log"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/itchyny/gojq"

	"example.com/libraries/recorder"
)

func manifest(n int) string {
	var b strings.Builder
	fmt.Fprintf(&b, "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: service-%d\n  labels:\n    app: a%d\n    tier: \"back\"\n", n, n%7)
	b.WriteString("spec:\n  replicas: 3\n  template:\n    spec:\n      containers:\n")
	for i := range 6 {
		fmt.Fprintf(&b, "      - name: c%d\n        image: registry.example.org/team/c%d:1.%d\n        env:\n", i, i, n%9)
		for k := range 5 {
			fmt.Fprintf(&b, "        - {name: KEY_%d, value: \"value %d\"}\n", k, k*n)
		}
		fmt.Fprintf(&b, "        resources:\n          limits: {cpu: %dm, memory: %dMi}\n", 100+i, 64+n%64)
	}
	return b.String()
}

const question = `.spec.template.spec.containers | map(select(.name != "c0") | {name, image: (.image | split(":") | .[1]), env: (.env | map({(.name): .value}) | add)}) | sort_by(.image)`

func compile() *gojq.Code {
	query, err := gojq.Parse(question)
	if err != nil {
		log.Fatal(err)
	}
	code, err := gojq.Compile(query)
	if err != nil {
		log.Fatal(err)
	}
	return code
}

func answer(code *gojq.Code, document any) []any {
	var found []any
	results := code.Run(document)
	for value, ok := results.Next(); ok; value, ok = results.Next() {
		if err, failed := value.(error); failed {
			log.Fatal(err)
		}
		found = append(found, value)
	}
	return found
}

var length int

func main() {
	var sources [][]byte
	for n := range 50 {
		sources = append(sources, []byte(manifest(n)))
	}
	var code *gojq.Code
	recorder.Run(5000, func(i int) {
		var document map[string]any
		if err := yaml.Unmarshal(sources[i%len(sources)], &document); err != nil {
			log.Fatal(err)
		}
		if code == nil || !recorder.Is("query") {
			code = compile()
		}
		found := answer(code, any(document))
		written, err := yaml.Marshal(found)
		if err != nil {
			log.Fatal(err)
		}
		length += len(written)
	})
}
