// Handles of files in a tree: each child knows its parent, and both close themselves by a finalizer.
package main

import (
	"runtime"
	"time"

	"example.com/cases/obs"
)

type handle struct {
	parent   *handle
	children []*handle
	window   []byte
}

func (h *handle) release() { h.window = nil }

func open(parent *handle) *handle {
	h := &handle{parent: parent, window: make([]byte, 4096)}
	if parent != nil {
		parent.children = append(parent.children, h)
	}
	runtime.SetFinalizer(h, (*handle).release)
	return h
}

func main() {
	obs.Run(2*time.Millisecond, func(int) {
		root := open(nil)
		for range 3 {
			open(root)
		}
	})
}
