package main

import (
	"strconv"
	"time"

	"example.com/cases/obs"
)

type profile struct {
	visits []time.Time
}

var users = map[string]*profile{}

func visit(id int) {
	key := "user:" + strconv.Itoa(id%3000)
	p := users[key]
	if p == nil {
		p = &profile{}
		users[key] = p
	}
	p.visits = append(p.visits, time.Now())
}

func main() {
	n := 0
	obs.Run(time.Millisecond, func(int) {
		for j := 0; j < 300; j++ {
			visit(n)
			n++
		}
	})
}
