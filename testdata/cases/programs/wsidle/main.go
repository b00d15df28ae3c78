package main

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"time"

	"github.com/gorilla/websocket"

	"example.com/cases/obs"
)

var up = websocket.Upgrader{ReadBufferSize: 32 << 10, WriteBufferSize: 32 << 10}

func serve(w http.ResponseWriter, r *http.Request) {
	c, err := up.Upgrade(w, r, nil)
	if err != nil {
		return
	}
	defer c.Close()
	for {
		kind, msg, err := c.ReadMessage()
		if err != nil {
			return
		}
		c.WriteMessage(kind, msg)
	}
}

func main() {
	srv := httptest.NewServer(http.HandlerFunc(serve))
	url := "ws" + strings.TrimPrefix(srv.URL, "http")
	dial := websocket.Dialer{ReadBufferSize: 1024, WriteBufferSize: 1024}
	var conns []*websocket.Conn
	for i := 0; i < 900; i++ {
		c, _, err := dial.Dial(url, nil)
		if err != nil {
			panic(err)
		}
		conns = append(conns, c)
	}
	obs.Run(time.Millisecond, func(i int) {
		c := conns[i%len(conns)]
		c.WriteMessage(websocket.TextMessage, []byte("hello"))
		c.ReadMessage()
	})
}
