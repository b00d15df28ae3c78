// Command leak allocates as services do, and forgets to give something back: a heap profile each four seconds shows what.
//
//	mkdir -p series && go build -trimpath -o leak . && GODEBUG=gctrace=1 ./leak -o series 2> series/gctrace.log
package main

import (
	"flag"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"runtime"
	"runtime/pprof"
	"time"
)

func main() {
	folder := flag.String("o", "series", "the folder for profiles")
	profiles := flag.Int("profiles", 10, "how many profiles")
	every := flag.Duration("every", 4*time.Second, "how far apart")
	flag.Parse()
	if err := run(*folder, *profiles, *every); err != nil {
		log.Fatal(err)
	}
}

func run(folder string, profiles int, every time.Duration) error {
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	service := newService()
	stop := make(chan struct{})
	go service.serve(stop)
	defer close(stop)
	for number := 1; number <= profiles; number++ {
		time.Sleep(every)
		if err := writeHeap(filepath.Join(folder, fmt.Sprintf("heap-%02d.pb.gz", number))); err != nil {
			return err
		}
	}
	return nil
}

// writeHeap writes what /debug/pprof/heap?gc=1 answers.
func writeHeap(path string) error {
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	defer file.Close()
	runtime.GC()
	return pprof.Lookup("heap").WriteTo(file, 0)
}
