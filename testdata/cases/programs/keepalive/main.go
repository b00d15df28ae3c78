// A server with clients that connect once and stay.
package main

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"time"

	"example.com/cases/obs"
)

func serve() string {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	server := &http.Server{
		ReadHeaderTimeout: 5 * time.Second,
		IdleTimeout:       2 * time.Minute,
		Handler:           http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { fmt.Fprintln(w, "ok") }),
	}
	go server.Serve(listener)
	return listener.Addr().String()
}

type client struct {
	conn net.Conn
	buf  [512]byte
}

func (c *client) ask() {
	io.WriteString(c.conn, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
	c.conn.Read(c.buf[:])
}

func main() {
	address := serve()
	var clients []*client
	obs.Run(2*time.Millisecond, func(n int) {
		if len(clients) < 1200 {
			conn, err := net.Dial("tcp", address)
			if err != nil {
				panic(err)
			}
			clients = append(clients, &client{conn: conn})
		}
		clients[n%len(clients)].ask()
	})
}
