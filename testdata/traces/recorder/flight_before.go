//go:build !go1.25

package main

func flight(string, int) { panic("no flight recorder before Go 1.25") }
