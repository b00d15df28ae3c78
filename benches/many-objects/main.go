// Makes so many objects of 40 bytes with pointers to each other, writes a heap dump of itself, and waits until its input ends.
package main

import (
	"fmt"
	"io"
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
)

type item struct {
	next, other *item
	v           [3]int64
}

var buckets [][]*item

func main() {
	objects, err := strconv.Atoi(os.Args[1])
	if err != nil {
		panic(err)
	}
	// Without a call of it the linker leaves out where objects were allocated.
	runtime.MemProfile(nil, true)
	for range make([]struct{}, objects/100) {
		bucket := make([]*item, 0, 100)
		for len(bucket) < 100 {
			next := &item{}
			if len(bucket) > 0 {
				next.next = bucket[len(bucket)-1]
			}
			bucket = append(bucket, next)
		}
		buckets = append(buckets, bucket)
	}
	runtime.GC()
	dump, err := os.Create(os.Args[2])
	if err != nil {
		panic(err)
	}
	debug.WriteHeapDump(dump.Fd())
	fmt.Println("ready")
	io.Copy(io.Discard, os.Stdin)
}
