// Each connection has a goroutine with a buffer of its own, and none is closed.
package main

import (
	"net"
	"time"

	"example.com/cases/obs"
)

func serve(c net.Conn) {
	buffer := make([]byte, 32<<10)
	for {
		if _, err := c.Read(buffer); err != nil {
			return
		}
	}
}

var clients []net.Conn

func dial() {
	client, server := net.Pipe()
	go serve(server)
	clients = append(clients, client)
}

func main() {
	obs.Run(5*time.Millisecond, func(int) { dial() })
}
