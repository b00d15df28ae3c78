package main

// slog: attributes boxed though the level is off; also logger.With per request.
import (
	"context"
	"io"
	"log/slog"
	"time"

	"example.com/cases/obs"
)

type user struct {
	id   int64
	name string
	mail string
}

var log = slog.New(slog.NewJSONHandler(io.Discard, &slog.HandlerOptions{Level: slog.LevelInfo}))

func debugUser(u user, n int) { log.Debug("user", "user", u, "n", n) }

func perRequest(id int) {
	l := log.With("request", id, "svc", "orders")
	l.Info("done", slog.Int("status", 200), slog.Any("tags", []string{"a", "b"}))
}

func attrs(u user) {
	log.LogAttrs(context.Background(), slog.LevelDebug, "u", slog.Any("u", u), slog.Duration("d", time.Duration(u.id)))
}

func main() {
	obs.Run(time.Millisecond, func(i int) {
		for j := 0; j < 200; j++ {
			debugUser(user{int64(i), "n", "m"}, i*1000+j)
			perRequest(i*1000 + j)
			attrs(user{int64(j), "n", "m"})
		}
	})
}
