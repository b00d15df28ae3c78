//go:build cgo

package main

import "C"

//export called
func called(C.int) { churn() }
