// A writer that sends its commands through a pipeline; only the audit trail's is never sent.
package main

import (
	"context"
	"fmt"
	"runtime"
	"time"

	"example.com/cases/obs"
	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"
)

type store struct {
	client *redis.Client
	audit  redis.Pipeliner
}

func (s *store) save(ctx context.Context, id int) error {
	pipe := s.client.Pipeline()
	pipe.HSet(ctx, fmt.Sprintf("order:%d", id%500), "state", "paid", "by", id%40)
	pipe.Expire(ctx, fmt.Sprintf("order:%d", id%500), time.Hour)
	s.audit.RPush(ctx, "audit", fmt.Sprintf("order %d was paid by %d", id, id%40))
	_, err := pipe.Exec(ctx)
	return err
}

func main() {
	server, err := miniredis.Run()
	if err != nil {
		panic(err)
	}
	client := redis.NewClient(&redis.Options{Addr: server.Addr()})
	s := &store{client: client, audit: client.Pipeline()}
	obs.Run(0, func(i int) {
		if err := s.save(context.Background(), i); err != nil {
			panic(err)
		}
	})
	runtime.KeepAlive(s)
}
