//go:build !cgo

package main

func callbacks(int) { panic("no callbacks without cgo") }
