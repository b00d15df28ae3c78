// Healthy: a bounded cache fills for some seconds, then stays.
package main

import (
	"container/list"
	"fmt"
	"time"

	"example.com/cases/obs"
)

type entry struct {
	key  string
	page []byte
}

type cache struct {
	max   int
	order *list.List
	byKey map[string]*list.Element
}

func (c *cache) get(key string) []byte {
	if e, ok := c.byKey[key]; ok {
		c.order.MoveToFront(e)
		return e.Value.(*entry).page
	}
	page := render(key)
	c.byKey[key] = c.order.PushFront(&entry{key, page})
	if c.order.Len() > c.max {
		old := c.order.Back()
		c.order.Remove(old)
		delete(c.byKey, old.Value.(*entry).key)
	}
	return page
}

func render(key string) []byte { return append(make([]byte, 0, 4096), key...) }

func main() {
	c := &cache{max: 8000, order: list.New(), byKey: map[string]*list.Element{}}
	n := 0
	obs.Run(time.Millisecond, func(int) {
		for j := 0; j < 4; j++ {
			n++
			c.get(fmt.Sprint("page-", n%12000))
		}
	})
}
