// Jobs are scheduled anew whenever the configuration is read again.
package main

import (
	"runtime"
	"time"

	"example.com/cases/obs"
	"github.com/robfig/cron/v3"
)

type job struct {
	name string
	args map[string]string
	out  []byte
}

func (j *job) Run() { j.out = j.out[:0] }

type scheduler struct{ c *cron.Cron }

func (s *scheduler) reload(names []string) error {
	for _, name := range names {
		j := &job{name: name, args: map[string]string{"job": name}, out: make([]byte, 0, 2048)}
		if _, err := s.c.AddJob("@every 10m", j); err != nil {
			return err
		}
	}
	return nil
}

func main() {
	s := &scheduler{c: cron.New()}
	names := []string{"mail", "report", "prune", "index", "bill", "sync"}
	obs.Run(time.Millisecond, func(i int) {
		if err := s.reload(names); err != nil {
			panic(err)
		}
	})
	runtime.KeepAlive(s)
}
