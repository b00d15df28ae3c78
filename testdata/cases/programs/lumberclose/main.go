package main

import (
	"fmt"
	"os"
	"path/filepath"
	"time"

	"gopkg.in/natefinch/lumberjack.v2"

	"example.com/cases/obs"
)

func trace(dir string, input int) error {
	sink := &lumberjack.Logger{Filename: filepath.Join(dir, "trace.log"), MaxSize: 50, MaxAge: 28, Compress: true}
	if _, err := fmt.Fprintf(sink, "input %d starts\n", input); err != nil {
		return err
	}
	return sink.Close()
}

func main() {
	dir, err := os.MkdirTemp("", "trace")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	obs.Run(2*time.Millisecond, func(i int) {
		if err := trace(dir, i); err != nil {
			panic(err)
		}
	})
}
