package main

// objects with a finalizer in a cycle are never freed; and finalizers stuck behind a slow one.
import (
	"runtime"
	"time"

	"example.com/cases/obs"
)

type conn struct {
	self *conn
	buf  [1024]byte
}

type file struct{ b [2048]byte }

func open() {
	c := &conn{}
	c.self = c
	runtime.SetFinalizer(c, func(*conn) {})
}

func slow() {
	f := &file{}
	runtime.SetFinalizer(f, func(*file) { time.Sleep(time.Hour) })
}

var sink []byte

func main() {
	obs.Run(time.Millisecond, func(i int) {
		for j := 0; j < 5; j++ {
			open()
			slow()
		}
		sink = make([]byte, 8<<10)
	})
}
