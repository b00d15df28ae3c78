package main

import (
	"fmt"
	"strings"
	"time"

	"example.com/cases/obs"
	"golang.org/x/net/html"
)

var titles = map[string]*html.Node{}

func find(n *html.Node, tag string) *html.Node {
	if n.Type == html.ElementNode && n.Data == tag {
		return n
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if f := find(c, tag); f != nil {
			return f
		}
	}
	return nil
}

func index(url, page string) error {
	doc, err := html.Parse(strings.NewReader(page))
	if err != nil {
		return err
	}
	titles[url] = find(doc, "title")
	return nil
}

func main() {
	page := "<html><head><title>A page</title></head><body>" + strings.Repeat(`<div class="row"><p>some text</p></div>`, 60) + "</body></html>"
	obs.Run(4*time.Millisecond, func(i int) {
		if err := index(fmt.Sprintf("https://example.com/%d", i), page); err != nil {
			panic(err)
		}
	})
}
