// Sessions of a game server that log with what is known of them.
package main

import (
	"io"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"example.com/cases/obs"
)

type session struct {
	log  *zap.Logger
	move int
}

func (s *session) step(x, y int) {
	s.move++
	s.log = s.log.With(zap.Int("x", x), zap.Int("y", y))
	s.log.Debug("moved", zap.Int("move", s.move))
}

func main() {
	core := zapcore.NewCore(zapcore.NewJSONEncoder(zap.NewProductionEncoderConfig()), zapcore.AddSync(io.Discard), zapcore.InfoLevel)
	base := zap.New(core)
	sessions := make([]*session, 400)
	for i := range sessions {
		sessions[i] = &session{log: base.With(zap.Int("session", i))}
	}
	obs.Run(time.Millisecond, func(n int) {
		for i := range 30 {
			sessions[(n*30+i)%len(sessions)].step(n%1920, i)
		}
	})
}
