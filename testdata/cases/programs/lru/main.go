package main

// a bounded LRU that is full after a third of the recording: no leak.
import (
	"container/list"
	"time"

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

func (c *lru) put(k int) {
	if c.l.Len() >= 6000 {
		e := c.l.Back()
		delete(c.m, e.Value.(*entry).key)
		c.l.Remove(e)
	}
	c.m[k] = c.l.PushFront(&entry{k, make([]byte, 8<<10)})
}

var c = lru{list.New(), map[int]*list.Element{}}

func main() {
	obs.Run(time.Millisecond, func(i int) {
		for j := 0; j < 2; j++ {
			c.put(i*2 + j)
		}
	})
}
