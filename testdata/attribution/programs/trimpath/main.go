// Several packages, built with -trimpath: files are named by import paths.
package main

import "example.com/trimpath/store"

var shelf = store.New()

func main() {
	for i := 0; i < 1000; i++ {
		shelf.Put(store.Key(i), []byte{byte(i), byte(i >> 8), 3, 4, 5, 6, 7, 8}) // reason: stored_in_heap container_element leaking_callee
	}
	shelf.Each(func(key string, value []byte) {}) // reason: escaping_closure
	writeProfile()
}
