package main

// a bounded LRU smaller than what is asked of it: each buffer stays until others push it out.
import (
	"container/list"

	"example.com/cases/obs"
)

type lru struct {
	l *list.List
	m map[int]*list.Element
}

type entry struct {
	key int
	val []byte
}

func (c *lru) add(k int, val []byte) {
	if c.l.Len() >= 20000 {
		e := c.l.Back()
		delete(c.m, e.Value.(*entry).key)
		c.l.Remove(e)
	}
	c.m[k] = c.l.PushFront(&entry{k, val})
}

func (c *lru) get(k int) []byte {
	if e, ok := c.m[k]; ok {
		return e.Value.(*entry).val
	}
	val := make([]byte, 1024)
	c.add(k, val)
	return val
}

var c = lru{list.New(), map[int]*list.Element{}}

func main() {
	obs.Run(0, func(i int) { c.get(i % 60000) })
}
