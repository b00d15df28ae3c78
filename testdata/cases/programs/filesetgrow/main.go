// A linter as a service: it parses what editors send it.
package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"strings"
	"time"

	"example.com/cases/obs"
)

var fset = token.NewFileSet()

func exported(source string) (int, error) {
	file, err := parser.ParseFile(fset, "buffer.go", source, parser.ParseComments)
	if err != nil {
		return 0, err
	}
	n := 0
	ast.Inspect(file, func(node ast.Node) bool {
		if f, ok := node.(*ast.FuncDecl); ok && f.Name.IsExported() {
			n++
		}
		return true
	})
	return n, nil
}

func main() {
	var b strings.Builder
	b.WriteString("package p\n")
	for i := 0; i < 400; i++ {
		fmt.Fprintf(&b, "// F%d adds.\nfunc F%d(a, b int) int {\n\tc := a + b\n\n\treturn c\n}\n\n", i, i)
	}
	source := b.String()
	obs.Run(3*time.Millisecond, func(i int) {
		if _, err := exported(source); err != nil {
			panic(err)
		}
	})
}
