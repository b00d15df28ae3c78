package main

// a child logger for each request: With takes a buffer from zap's pool and never gives it back.
import (
	"io"

	"example.com/cases/obs"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
)

var base = zap.New(zapcore.NewCore(
	zapcore.NewJSONEncoder(zap.NewProductionEncoderConfig()), zapcore.AddSync(io.Discard), zap.InfoLevel))

func handle(id, user string, i int) {
	log := base.With(zap.String("request", id), zap.String("user", user)).Sugar()
	log.Infow("handled", "status", 200, "bytes", i)
}

func main() {
	obs.Run(0, func(i int) { handle("r-1", "u-2", i) })
}
