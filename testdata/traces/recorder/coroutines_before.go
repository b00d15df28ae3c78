//go:build !go1.23

package main

func coroutines(int) { panic("no iterators before Go 1.23") }
