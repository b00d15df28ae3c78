package main

import (
	"context"
	"time"

	"example.com/cases/obs"
	"go.opentelemetry.io/otel/attribute"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
)

type discard struct{}

func (discard) ExportSpans(context.Context, []sdktrace.ReadOnlySpan) error { return nil }
func (discard) Shutdown(context.Context) error                             { return nil }

func handle(ctx context.Context, tenant string) {
	provider := sdktrace.NewTracerProvider(sdktrace.WithBatcher(discard{}))
	ctx, span := provider.Tracer("api").Start(ctx, "handle")
	defer span.End()
	span.SetAttributes(attribute.String("tenant", tenant))
	work(ctx)
}

func work(ctx context.Context) {
	_ = ctx.Err()
}

func main() {
	obs.Run(4*time.Millisecond, func(i int) {
		handle(context.Background(), "acme")
	})
}
