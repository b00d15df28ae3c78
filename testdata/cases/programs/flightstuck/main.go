// Prices, asked once for all who want one at the same time; the exchange of one of them does not answer.
package main

import (
	"fmt"
	"net"
	"time"

	"golang.org/x/sync/singleflight"

	"example.com/cases/obs"
)

type prices struct {
	group    singleflight.Group
	exchange string
}

func (p *prices) fetch(symbol string) (any, error) {
	if symbol != "S3" {
		return len(symbol), nil
	}
	connection, err := net.Dial("tcp", p.exchange)
	if err != nil {
		return nil, err
	}
	defer connection.Close()
	fmt.Fprintln(connection, symbol)
	answer := make([]byte, 16)
	n, err := connection.Read(answer)
	return n, err
}

func (p *prices) price(symbol string) (any, error) {
	value, err, _ := p.group.Do(symbol, func() (any, error) { return p.fetch(symbol) })
	return value, err
}

var listener net.Listener

func main() {
	var err error
	listener, err = net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	p := &prices{exchange: listener.Addr().String()}
	obs.Run(2*time.Millisecond, func(i int) {
		go p.price(fmt.Sprintf("S%d", i%8))
	})
}
