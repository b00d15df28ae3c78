// Frames are put into a clip, and clips into a library that nothing leaves.
package main

import (
	"time"

	"example.com/cases/obs"
)

type frame struct {
	pixels []byte
}

type clip struct {
	frames []frame
}

func newFrame() frame { return frame{pixels: make([]byte, 6000)} }

func newClip() *clip {
	c := &clip{}
	for range 2 {
		c.frames = append(c.frames, newFrame())
	}
	return c
}

var library []*clip

func ingest() {
	c := newClip()
	library = append(library, c)
}

func main() {
	obs.Run(2*time.Millisecond, func(int) { ingest() })
}
