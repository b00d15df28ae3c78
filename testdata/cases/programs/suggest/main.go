// Suggestions for what people begin to type, out of what others typed before.
package main

import (
	"fmt"
	"time"

	"example.com/cases/obs"
)

type node struct {
	next  map[byte]*node
	count int
}

func newNode() *node { return &node{next: map[byte]*node{}} }

func (n *node) learn(query string) {
	at := n
	for i := range len(query) {
		child := at.next[query[i]]
		if child == nil {
			child = newNode()
			at.next[query[i]] = child
		}
		at = child
	}
	at.count++
}

var root = newNode()

func main() {
	obs.Run(time.Millisecond, func(n int) {
		for i := range 5 {
			root.learn(fmt.Sprintf("order %x status", (n*5+i)*2654435761))
		}
	})
}
