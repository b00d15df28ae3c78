package main

import (
	"fmt"
	"os"
	"time"

	"github.com/sirupsen/logrus"

	"example.com/cases/obs"
)

type Hook struct {
	Name string
	log  *logrus.Logger
}

type runner struct {
	out interface{ Write([]byte) (int, error) }
}

func (h *Hook) command(step int) *runner {
	entry := h.log.WithFields(logrus.Fields{"hook": h.Name, "step": step})
	return &runner{out: entry.WriterLevel(logrus.DebugLevel)}
}

func (r *runner) run() {
	fmt.Fprintf(r.out, "converged at %s\n", time.Now())
}

func main() {
	log := logrus.New()
	log.SetOutput(os.Stdout)
	log.SetLevel(logrus.InfoLevel)
	hooks := []*Hook{{"labels", log}, {"nodes", log}, {"quota", log}}
	obs.Run(4*time.Millisecond, func(i int) {
		hooks[i%len(hooks)].command(i).run()
	})
}
