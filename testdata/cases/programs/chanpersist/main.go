// Events of a shop, handed around inside the process by watermill's channels.
package main

import (
	"context"
	"fmt"
	"log"
	"time"

	"github.com/ThreeDotsLabs/watermill"
	"github.com/ThreeDotsLabs/watermill/message"
	"github.com/ThreeDotsLabs/watermill/pubsub/gochannel"

	"example.com/cases/obs"
)

var handled int

func handle(messages <-chan *message.Message) {
	for m := range messages {
		handled += len(m.Payload)
		m.Ack()
	}
}

func publish(events *gochannel.GoChannel, n int) {
	payload := fmt.Appendf(nil, `{"order":%d,"note":"%0200d"}`, n, n)
	if err := events.Publish("orders", message.NewMessage(watermill.NewUUID(), payload)); err != nil {
		log.Fatal(err)
	}
}

func main() {
	events := gochannel.NewGoChannel(gochannel.Config{OutputChannelBuffer: 64, Persistent: true}, watermill.NopLogger{})
	messages, err := events.Subscribe(context.Background(), "orders")
	if err != nil {
		log.Fatal(err)
	}
	go handle(messages)
	n := 0
	obs.Run(time.Millisecond, func(int) {
		for range 12 {
			n++
			publish(events, n)
		}
	})
}
