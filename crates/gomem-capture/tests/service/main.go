// A small service for the tests: pprof and metrics on a loopback port, some work, an end of its own.
package main

import (
	"crypto/tls"
	"flag"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	_ "net/http/pprof"
	"os"
	"runtime"
	"strings"
	"sync"
	"time"
)

var (
	dieAfter = flag.Duration("die-after", time.Minute, "exit without a word")
	contend  = flag.Bool("contend", false, "mutex and block profiles have samples")
	slow     = flag.String("slow", "", "the path that does not answer")
	secure   = flag.Bool("tls", false, "with a certificate that nobody has signed")
	ca       = flag.String("ca", "", "with a certificate by the authority that this file is to hold")
	token    = flag.String("token", "", "what a request has to bear")
)

var retained [][]byte

func main() {
	flag.Parse()
	time.AfterFunc(*dieAfter, func() { os.Exit(3) })
	if *contend {
		runtime.SetMutexProfileFraction(1)
		runtime.SetBlockProfileRate(1)
		go fight()
	}
	go allocate()
	http.HandleFunc("/metrics", metrics)
	server := httptest.NewUnstartedServer(http.HandlerFunc(guard))
	server.Listener = must(net.Listen("tcp", "127.0.0.1:0"))
	if *ca != "" {
		server.TLS = &tls.Config{Certificates: []tls.Certificate{certificate(*ca)}}
	}
	if *secure || *ca != "" {
		server.StartTLS()
	} else {
		server.Start()
	}
	fmt.Println(server.URL)
	select {}
}

func guard(w http.ResponseWriter, r *http.Request) {
	if *token != "" && r.Header.Get("Authorization") != "Bearer "+*token {
		http.Error(w, "no entry", http.StatusUnauthorized)
		return
	}
	if *slow != "" && strings.HasSuffix(r.URL.Path, *slow) {
		time.Sleep(*dieAfter)
	}
	http.DefaultServeMux.ServeHTTP(w, r)
}

func metrics(w http.ResponseWriter, _ *http.Request) {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	fmt.Fprintf(w, "go_info{version=%q} 1\n", runtime.Version())
	fmt.Fprintf(w, "go_build_info{checksum=\"\",path=\"example.com/service\",version=\"(devel)\"} 1\n")
	fmt.Fprintf(w, "go_goroutines %d\n", runtime.NumGoroutine())
	fmt.Fprintf(w, "go_memstats_heap_alloc_bytes %d\ngo_memstats_alloc_bytes_total %d\n", m.HeapAlloc, m.TotalAlloc)
	fmt.Fprintf(w, "go_memstats_next_gc_bytes %d\ngo_memstats_sys_bytes %d\n", m.NextGC, m.Sys)
}

func allocate() {
	for range time.Tick(time.Millisecond) {
		for i := 0; i < 16; i++ {
			retained = append(retained, make([]byte, 16<<10))
		}
		if len(retained) > 4096 {
			retained = retained[2048:]
		}
	}
}

func fight() {
	var mutex sync.Mutex
	for i := 0; i < 4; i++ {
		go func() {
			for {
				mutex.Lock()
				time.Sleep(time.Millisecond)
				mutex.Unlock()
			}
		}()
	}
}
