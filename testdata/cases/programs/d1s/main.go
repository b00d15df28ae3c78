package main

import (
	"fmt"
	"io"
	"net/http"
	_ "net/http/pprof"
	"os"
	"sync"
	"time"
)

type session struct{ buf []byte }

var mu sync.Mutex
var sessions = map[int]*session{}
var sink []byte

func open(i int) { mu.Lock(); sessions[i] = &session{make([]byte, 16<<10)}; mu.Unlock() }
func shut(i int) { mu.Lock(); delete(sessions, i); mu.Unlock() }
func render()    { sink = make([]byte, 32<<10) }

func get(name, path string) {
	r, err := http.Get("http://127.0.0.1:7874" + path)
	if err != nil {
		panic(err)
	}
	defer r.Body.Close()
	f, _ := os.Create(name)
	io.Copy(f, r.Body)
	f.Close()
}

func main() {
	go http.ListenAndServe("127.0.0.1:7874", nil)
	time.Sleep(100 * time.Millisecond)
	for i := 0; i < 500; i++ {
		open(i)
	}
	stop := make(chan bool)
	go func() {
		n := 0
		for {
			select {
			case <-stop:
				return
			default:
			}
			for j := 0; j < 20; j++ {
				render()
			}
			open(1000 + n)
			n++
			time.Sleep(time.Millisecond)
		}
	}()
	d := os.Args[1]
	var wg sync.WaitGroup
	for _, p := range []string{} {
		wg.Add(1)
		go func() { defer wg.Done(); get(d+"/"+p+"-delta.pb.gz", "/debug/pprof/"+p+"?seconds=4") }()
	}
	for i := range 4 {
		get(fmt.Sprintf("%s/heap-%d.txt", d, i), "/debug/pprof/heap?debug=1&gc=1")
		time.Sleep(1100 * time.Millisecond)
	}
	wg.Wait()
	get(d+"/heap-b.pb.gz", "/debug/pprof/heap?gc=1")

	close(stop)
	fmt.Println("ok")
}
