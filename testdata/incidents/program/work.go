package main

import (
	"math/rand"
	"time"
)

// node is a small object that the GC has to follow.
type node struct {
	left, right *node
	payload     [48]byte
}

// tree is balanced: a list could be marked by one worker only.
func tree(bytes int) *node {
	if bytes < 64 {
		return nil
	}
	return &node{left: tree((bytes - 64) / 2), right: tree((bytes - 64) / 2)}
}

// blocks is memory without pointers, in pieces of size.
func blocks(bytes, size int) [][]byte {
	pieces := make([][]byte, 0, bytes/size)
	for i := 0; i < bytes/size; i++ {
		piece := make([]byte, size)
		piece[0], piece[size-1] = 1, 1
		pieces = append(pieces, piece)
	}
	return pieces
}

var sink []byte

// churn allocates garbage of mixed sizes at a rate that may change with time.
func churn(rate func(elapsed float64) float64) {
	start := time.Now()
	owed := 0.0
	last := start
	for {
		time.Sleep(5 * time.Millisecond)
		now := time.Now()
		owed += rate(now.Sub(start).Seconds()) * now.Sub(last).Seconds()
		last = now
		for owed > 0 {
			size := 64 << rand.Intn(9)
			sink = make([]byte, size)
			owed -= float64(size)
		}
	}
}

func constant(rate float64) func(float64) float64 {
	return func(float64) float64 { return rate }
}

// each calls do with the elapsed seconds, so many times a second.
func each(perSecond float64, do func(elapsed float64)) {
	start := time.Now()
	for n := 1; ; n++ {
		time.Sleep(time.Until(start.Add(time.Duration(float64(n) / perSecond * 1e9))))
		do(time.Since(start).Seconds())
	}
}

// hold keeps as many bytes live as size says, in pieces.
func hold(size func(elapsed float64) float64) {
	const piece = 4096
	var held [][]byte
	each(20, func(elapsed float64) {
		want := int(size(elapsed)) / piece
		for len(held) < want {
			held = append(held, blocks(piece, piece)...)
		}
		for len(held) > want {
			held[len(held)-1] = nil
			held = held[:len(held)-1]
		}
		keep = held
	})
}

var keep any

func forever() { select {} }
