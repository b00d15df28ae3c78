// Works through what nobody has asked for; here so that there are two main packages with a main.go.
package main

import (
	"fmt"
	"os"
	"strings"

	"example.org/shop/internal/catalog"
)

type task struct {
	name string
	args []string
}

func load(text string) map[string]*task {
	tasks := make(map[string]*task, 10)
	for _, line := range strings.Split(text, "\n") {
		fields := strings.Fields(line)
		if len(fields) > 0 {
			tasks[fields[0]] = &task{fields[0], fields[1:]}
		}
	}
	return tasks
}

func show(values ...any) { fmt.Fprintln(os.Stderr, values...) }

func main() {
	c := new(catalog.Catalog)
	var done []func() string
	for name, t := range load(strings.Join(os.Args, "\n")) {
		done = append(done, func() string { return name + ":" + strings.Join(t.args, " ") })
		show(name, len(t.args), c.Find(name))
	}
	for _, f := range done {
		show(f())
	}
	sizes := make([]int, len(os.Args))
	table := make(map[int][]byte)
	for i, arg := range os.Args {
		sizes[i] = len(arg)
		table[i] = []byte(arg)
		show(sizes, table)
	}
	buffer := new([1 << 17]byte)
	copy(buffer[:], os.Args[0])
	show(string(buffer[:]), fmt.Sprint(len(os.Args)), &task{}, &buffer)
	channel := make(chan *task, 5)
	go func() { channel <- &task{name: os.Args[0]} }()
	show((<-channel).name + os.Args[0])
}
