package main

// invoice is a list of words, each an object of its own.
type invoice struct {
	first *word
	pages int
}

type word struct {
	text   string
	x, y   int
	next   *word
	styles [4]*string
}

var bold = "bold"

func render(cart []*product) *invoice {
	paper := &invoice{}
	for i, product := range cart {
		for column := range 20 {
			paper.first = &word{text: product.name, x: column, y: i, next: paper.first, styles: [4]*string{&bold}}
		}
		paper.pages = 1 + i/10
	}
	return paper
}
