// Pages that are built from data, and made smaller before they are sent.
package main

import (
	"bytes"
	"html/template"
	"log"
	"strconv"
	"strings"

	"github.com/tdewolff/minify/v2"
	"github.com/tdewolff/minify/v2/css"
	"github.com/tdewolff/minify/v2/html"

	"example.com/libraries/recorder"
)

const text = `<!doctype html><html><head><title>{{.Title}}</title><style> p { color : red ; margin : 0px } </style></head>
<body>{{range .Rows}}  <p class="row" id="r{{.ID}}">  <b>{{.Name}}</b>: {{.Text}}  </p>
{{end}}</body></html>`

type row struct {
	ID   string
	Name string
	Text string
}

type page struct {
	Title string
	Rows  []row
}

var parsed = template.Must(template.New("page").Parse(text))

func newMinifier() *minify.M {
	m := minify.New()
	m.AddFunc("text/css", css.Minify)
	m.AddFunc("text/html", html.Minify)
	return m
}

func rows(n int) []row {
	var out []row
	for i := range n {
		out = append(out, row{ID: strconv.Itoa(i * 1000), Name: "name " + strconv.Itoa(i), Text: strings.Repeat("some text ", i%9)})
	}
	return out
}

func render(p page) string {
	var buffer bytes.Buffer
	if err := parsed.Execute(&buffer, p); err != nil {
		log.Fatal(err)
	}
	return buffer.String()
}

func shrink(m *minify.M, text string) string {
	out, err := m.String("text/html", text)
	if err != nil {
		log.Fatal(err)
	}
	return out
}

var (
	length int
	reused bytes.Buffer
)

func renderReused(p page) string {
	reused.Reset()
	if err := parsed.Execute(&reused, p); err != nil {
		log.Fatal(err)
	}
	return reused.String()
}

func rowsSized(n int) []row {
	out := make([]row, 0, n)
	for i := range n {
		out = append(out, row{ID: strconv.Itoa(i * 1000), Name: "name " + strconv.Itoa(i), Text: strings.Repeat("some text ", i%9)})
	}
	return out
}

// shrinkBytes gives the minifier bytes that it may read in place.
func shrinkBytes(m *minify.M, p page) int {
	reused.Reset()
	if err := parsed.Execute(&reused, p); err != nil {
		log.Fatal(err)
	}
	out, err := m.Bytes("text/html", reused.Bytes())
	if err != nil {
		log.Fatal(err)
	}
	return len(out)
}

func main() {
	m := newMinifier()
	once := rows(120)
	recorder.Run(12000, func(int) {
		p := page{Title: "a page"}
		switch {
		case recorder.Is("rows"):
			p.Rows = rowsSized(120)
		case recorder.Is("once"):
			p.Rows = once
		default:
			p.Rows = rows(120)
		}
		switch {
		case recorder.Is("bytes"):
			length += shrinkBytes(m, p)
		case recorder.Is("buffer"):
			length += len(shrink(m, renderReused(p)))
		default:
			length += len(shrink(m, render(p)))
		}
	})
}
