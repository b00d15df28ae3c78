package main

import (
	"runtime"
	"strings"
	"sync"
	"time"
)

var buffersPool = sync.Pool{New: func() any { return new([4096]byte) }}

// pooled has objects of many sizes: pools, maps that grow, texts, tiny objects, large ones, finalizers.
func pooled(scale int) {
	var wait sync.WaitGroup
	for worker := 0; worker < 4; worker++ {
		wait.Add(1)
		go func() {
			defer wait.Done()
			texts := map[string]*int32{}
			for i := 0; i < 3000*scale; i++ {
				buffer := buffersPool.Get().(*[4096]byte)
				buffer[i%4096]++
				text := strings.Repeat("k", i%60)
				number := int32(i)
				texts[text] = &number
				if i%64 == 0 {
					texts = map[string]*int32{}
				}
				if i%200 == 0 {
					large := make([]byte, 40<<10+i)
					finalized := &record{name: text}
					runtime.SetFinalizer(finalized, func(*record) { runtime.KeepAlive(large) })
					time.Sleep(50 * time.Microsecond)
				}
				buffersPool.Put(buffer)
			}
		}()
	}
	wait.Wait()
	for i := 0; i < 3; i++ {
		runtime.GC()
	}
}
