package main

// RichardKnop/minisql#118: sugared zap at a disabled level; element-hq/dendrite#1468: logrus fields.
import (
	"io"
	"time"

	"example.com/cases/obs"
	"github.com/sirupsen/logrus"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
)

var sugar *zap.SugaredLogger
var lr = logrus.New()

func insert(id int, table string, took time.Duration) {
	sugar.With("table", table, "id", id).Debugw("insert", "took", took)
}

func request(id int, path string, took time.Duration) {
	lr.WithFields(logrus.Fields{"id": id, "path": path, "took": took}).Debug("request")
}

func main() {
	core := zapcore.NewCore(zapcore.NewJSONEncoder(zap.NewProductionEncoderConfig()), zapcore.AddSync(io.Discard), zap.InfoLevel)
	sugar = zap.New(core).Sugar()
	lr.SetOutput(io.Discard)
	obs.Run(time.Millisecond, func(i int) {
		for j := 0; j < 200; j++ {
			insert(i*1000+j, "orders", time.Duration(j)*time.Millisecond)
			request(i*1000+j, "/v1/orders", time.Duration(j)*time.Millisecond)
		}
	})
}
