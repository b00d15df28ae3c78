package main

// kind: a server without timeouts; clients connect and say nothing.
import (
	"net"
	"net/http"
	"time"

	"example.com/cases/obs"
)

func main() {
	l, _ := net.Listen("tcp", "127.0.0.1:0")
	go http.Serve(l, http.NotFoundHandler())
	var conns []net.Conn
	obs.Run(10*time.Millisecond, func(i int) {
		c, err := net.Dial("tcp", l.Addr().String())
		if err != nil {
			return
		}
		c.Write([]byte("GET / HTTP/1.1\r\nHost: a\r\n"))
		conns = append(conns, c)
	})
}
