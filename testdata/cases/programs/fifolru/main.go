// Thumbnails, the 6000 used last, in a list and a map of our own.
package main

import (
	"container/list"
	"fmt"
	"time"

	"example.com/cases/obs"
)

type entry struct {
	key   string
	image []byte
}

type thumbnails struct {
	byKey map[string]*list.Element
	order *list.List
	limit int
}

func (t *thumbnails) get(key string) []byte {
	if element, ok := t.byKey[key]; ok {
		t.order.MoveToFront(element)
		return element.Value.(*entry).image
	}
	image := scale(key)
	t.byKey[key] = t.order.PushFront(&entry{key, image})
	if t.order.Len() > t.limit {
		oldest := t.order.Remove(t.order.Back()).(*entry)
		delete(t.byKey, oldest.key)
	}
	return image
}

func scale(key string) []byte {
	image := make([]byte, 6000)
	copy(image, key)
	return image
}

var (
	pictures = &thumbnails{map[string]*list.Element{}, list.New(), 6000}
	length   int
)

func main() {
	n := 0
	obs.Run(time.Millisecond, func(int) {
		for range 6 {
			n++
			length += len(pictures.get(fmt.Sprintf("picture-%d", (n*7919)%40_000)))
		}
	})
}
