package main

import (
	"io"
	"net"
	"time"

	"example.com/cases/obs"
)

func pipe(a, b net.Conn) {
	go func() {
		io.Copy(a, b)
	}()
	go func() {
		io.Copy(b, a)
		a.Close()
	}()
}

func main() {
	backend, _ := net.Listen("tcp", "127.0.0.1:0")
	go func() {
		for {
			c, err := backend.Accept()
			if err != nil {
				return
			}
			go func() {
				buf := make([]byte, 4096)
				for {
					if _, err := c.Read(buf); err != nil {
						return
					}
				}
			}()
		}
	}()
	front, _ := net.Listen("tcp", "127.0.0.1:0")
	go func() {
		for {
			a, err := front.Accept()
			if err != nil {
				return
			}
			b, err := net.Dial("tcp", backend.Addr().String())
			if err != nil {
				a.Close()
				continue
			}
			pipe(a, b)
		}
	}()
	obs.Run(4*time.Millisecond, func(int) {
		c, err := net.Dial("tcp", front.Addr().String())
		if err != nil {
			return
		}
		c.Write([]byte("hi"))
		c.Close()
	})
}
