// Rendered pages in a cache of 48 MiB.
package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/allegro/bigcache/v3"

	"example.com/cases/obs"
)

type pages struct {
	cache *bigcache.BigCache
}

func (p *pages) get(path string) []byte {
	if page, err := p.cache.Get(path); err == nil {
		return page
	}
	page := render(path)
	p.cache.Set(path, page)
	return page
}

func render(path string) []byte {
	page := make([]byte, 0, 4096)
	for len(page) < 4000 {
		page = append(page, path...)
	}
	return page
}

func main() {
	config := bigcache.DefaultConfig(10 * time.Minute)
	config.HardMaxCacheSize = 48
	config.Verbose = false
	cache, err := bigcache.New(context.Background(), config)
	if err != nil {
		panic(err)
	}
	p := &pages{cache}
	obs.Run(time.Millisecond, func(int) {
		for range 12 {
			p.get(fmt.Sprintf("/pages/%d", rand.IntN(1<<20)))
		}
	})
}
