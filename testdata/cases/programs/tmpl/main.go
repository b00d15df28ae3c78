package main

// A template that is parsed for each page.

import (
	"example.com/cases/obs"
	"html/template"
	"io"
	"time"
)

type page struct {
	Title string
	Items []string
}

func show(p page) {
	t := template.Must(template.New("p").Parse(`<h1>{{.Title}}</h1>{{range .Items}}<li>{{.}}</li>{{end}}`))
	t.Execute(io.Discard, p)
}
func main() {
	obs.Run(time.Millisecond, func(i int) {
		for j := 0; j < 5; j++ {
			show(page{"hello", []string{"a", "b", "c"}})
		}
	})
}
