package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"example.com/cases/obs"
)

type response struct {
	raw    []byte
	parsed any
}

type cache struct {
	items map[string]*response
	order []string
	size  int
	max   int
}

func (c *cache) insert(key string, r *response) {
	for c.size+len(r.raw) > c.max && len(c.order) > 0 {
		oldest := c.order[0]
		c.order = c.order[1:]
		c.size -= len(c.items[oldest].raw)
		delete(c.items, oldest)
	}
	c.items[key] = r
	c.order = append(c.order, key)
	c.size += len(r.raw)
}

type policy struct{ inter *cache }

func (p *policy) send(url string) (any, error) {
	if r, ok := p.inter.items[url]; ok {
		return r.parsed, nil
	}
	r := &response{raw: fetch(url)}
	if err := json.Unmarshal(r.raw, &r.parsed); err != nil {
		return nil, err
	}
	p.inter.insert(url, r)
	return r.parsed, nil
}

func fetch(url string) []byte {
	var b strings.Builder
	b.WriteString("[")
	for i := range 60 {
		fmt.Fprintf(&b, `{"id":%d,"ok":true,"url":%q},`, i, url)
	}
	b.WriteString("0]")
	return []byte(b.String())
}

var p *policy

func main() {
	p = &policy{inter: &cache{items: map[string]*response{}, max: 8 << 20}}
	obs.Run(500*time.Microsecond, func(i int) {
		if _, err := p.send(fmt.Sprintf("https://idp.example.com/users/%d", i)); err != nil {
			panic(err)
		}
	})
}
