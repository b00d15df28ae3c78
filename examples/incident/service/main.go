// Command ingest accepts usage events over HTTP, keeps rolling statistics about
// them, and remembers the most recent ones.
//
//	POST /events   newline-separated key=value lines, or a JSON array
//	GET  /stats    totals, open sessions, latency and size per series
//	GET  /recent   the last events of one tenant
//	GET  /metrics  Prometheus text exposition
//
// Profiles are served on a second listener, which must stay on loopback.
package main

import (
	"context"
	"errors"
	"flag"
	"log/slog"
	"net"
	"net/http"
	"net/http/pprof"
	"os"
	"os/signal"
	"syscall"
	"time"

	"example.com/ingest/internal/api"
	"example.com/ingest/internal/archive"
	"example.com/ingest/internal/promtext"
	"example.com/ingest/internal/store"
)

func main() {
	listen := flag.String("listen", "127.0.0.1:18080", "address of the public API and /metrics")
	debug := flag.String("debug-listen", "127.0.0.1:16060", "loopback address of net/http/pprof")
	recent := flag.Int("recent", 128<<10, "number of recent events kept in memory")
	archivePath := flag.String("archive", os.DevNull, "file that accepted batches are appended to, compressed")
	flag.Parse()

	// Logs go to stdout, so that stderr carries nothing but the runtime's traces.
	slog.SetDefault(slog.New(slog.NewTextHandler(os.Stdout, nil)))

	if err := run(*listen, *debug, *archivePath, *recent); err != nil {
		slog.Error("ingest stopped", "err", err)
		os.Exit(1)
	}
}

func run(listen, debug, archivePath string, recent int) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()

	file, err := os.OpenFile(archivePath, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	defer file.Close()
	batches, err := archive.New(file)
	if err != nil {
		return err
	}

	st := store.New(recent)
	committer := store.NewCommitter()
	handler := api.New(st, committer, batches)

	exposition := promtext.NewCollector()
	handler.Register(exposition)

	mux := http.NewServeMux()
	handler.Routes(mux)
	mux.Handle("GET /metrics", exposition)

	public := &http.Server{Addr: listen, Handler: mux, ReadHeaderTimeout: 5 * time.Second}
	private := &http.Server{Addr: debug, Handler: debugMux(), ReadHeaderTimeout: 5 * time.Second}

	failed := make(chan error, 2)
	for _, srv := range []*http.Server{public, private} {
		ln, err := net.Listen("tcp", srv.Addr)
		if err != nil {
			return err
		}
		slog.Info("listening", "addr", ln.Addr().String())
		go func() { failed <- srv.Serve(ln) }()
	}

	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}

	grace, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	err = errors.Join(public.Shutdown(grace), private.Shutdown(grace))
	committer.Close()
	return errors.Join(err, batches.Close())
}

// debugMux serves the profiles on a mux of its own: the default mux would put
// them on every server of the process.
func debugMux() *http.ServeMux {
	mux := http.NewServeMux()
	mux.HandleFunc("/debug/pprof/", pprof.Index)
	mux.HandleFunc("/debug/pprof/cmdline", pprof.Cmdline)
	mux.HandleFunc("/debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("/debug/pprof/symbol", pprof.Symbol)
	mux.HandleFunc("/debug/pprof/trace", pprof.Trace)
	return mux
}
