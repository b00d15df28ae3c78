package main

import (
	"context"
	"errors"
	"hash/crc32"
	"time"

	"github.com/alitto/pond/v2"

	"example.com/cases/obs"
)

type message struct {
	key  uint32
	body []byte
}

type consumer struct {
	pool  pond.Pool
	group pond.TaskGroup
	sums  [256]uint32
}

func newConsumer(ctx context.Context) *consumer {
	pool := pond.NewPool(4, pond.WithContext(ctx))
	return &consumer{pool: pool, group: pool.NewGroup()}
}

func (c *consumer) handle(m *message) {
	c.group.SubmitErr(func() error {
		if len(m.body) == 0 {
			return errors.New("empty")
		}
		c.sums[m.key%256] ^= crc32.ChecksumIEEE(m.body)
		return nil
	})
}

var c *consumer

func main() {
	c = newConsumer(context.Background())
	obs.Run(time.Millisecond, func(i int) {
		for j := range 100 {
			c.handle(&message{key: uint32(i + j), body: make([]byte, 700)})
		}
	})
}
