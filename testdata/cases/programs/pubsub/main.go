// A page that listens for its user's events on Redis.
package main

import (
	"context"
	"fmt"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"

	"example.com/cases/obs"
)

type notifier struct {
	rdb *redis.Client
}

// wait returns the first event for a user, or nothing after a while.
func (n *notifier) wait(ctx context.Context, user int) string {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Millisecond)
	defer cancel()
	events := n.rdb.Subscribe(ctx, fmt.Sprintf("user:%d", user)).Channel()
	select {
	case event := <-events:
		return event.Payload
	case <-ctx.Done():
		return ""
	}
}

func main() {
	server, err := miniredis.Run()
	if err != nil {
		panic(err)
	}
	n := &notifier{rdb: redis.NewClient(&redis.Options{Addr: server.Addr()})}
	obs.Run(5*time.Millisecond, func(i int) { n.wait(context.Background(), i%50) })
}
