// The service that test/e2e/live-languages.test.ts runs: the official SDK of Go, sending OTLP over HTTP
// to where the SDK sends by default or OTEL_EXPORTER_OTLP_ENDPOINT says. It records a number of orders,
// in parts, exports after each part, and prints what it has recorded as JSON.
//
//	go-service <delta|cumulative> <orders>
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/exporters/otlp/otlpmetric/otlpmetrichttp"
	"go.opentelemetry.io/otel/metric"
	sdk "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
)

const parts = 3

type recorded struct {
	Orders  map[string]int64 `json:"orders"`
	Counted int64            `json:"counted"`
	Items   int64            `json:"items"`
}

func main() {
	if err := run(os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(temporality, orders string) error {
	number, err := strconv.Atoi(orders)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	exporter, err := otlpmetrichttp.New(ctx,
		otlpmetrichttp.WithTemporalitySelector(func(sdk.InstrumentKind) metricdata.Temporality {
			if temporality == "delta" {
				return metricdata.DeltaTemporality
			}
			return metricdata.CumulativeTemporality
		}))
	if err != nil {
		return err
	}
	provider := sdk.NewMeterProvider(sdk.WithReader(sdk.NewPeriodicReader(exporter, sdk.WithInterval(time.Hour))))
	meter := provider.Meter("shop")
	counter, err := meter.Int64Counter("shop.orders", metric.WithUnit("{order}"))
	if err != nil {
		return err
	}
	histogram, err := meter.Int64Histogram("shop.order.items", metric.WithUnit("{item}"),
		metric.WithExplicitBucketBoundaries(1, 2, 5, 10))
	if err != nil {
		return err
	}
	total := recorded{Orders: map[string]int64{}}
	for i := 0; i < number; i++ {
		region := []string{"eu", "us"}[i%2]
		attributes := metric.WithAttributes(attribute.String("shop.region", region))
		counter.Add(ctx, 2, attributes)
		total.Orders[region] += 2
		items := int64(i % 10)
		histogram.Record(ctx, items, attributes)
		total.Counted++
		total.Items += items
		if (i+1)%(number/parts) == 0 {
			if err := provider.ForceFlush(ctx); err != nil {
				return err
			}
			time.Sleep(1500 * time.Millisecond)
		}
	}
	if err := provider.Shutdown(ctx); err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(total)
}
