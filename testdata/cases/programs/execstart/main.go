// A service that runs a hook after each upload, and does not want to wait for it.
package main

import (
	"bytes"
	"context"
	"log"
	"os"
	"os/exec"
	"os/signal"
	"time"

	"example.com/cases/obs"
)

func runHook(ctx context.Context, name string) {
	var out bytes.Buffer
	hook := exec.CommandContext(ctx, "/bin/echo", name)
	hook.Stdout = &out
	if err := hook.Start(); err != nil {
		log.Print(err)
	}
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	obs.Run(8*time.Millisecond, func(int) { runHook(ctx, "upload") })
}
