// Measures client_golang as bench/worker measures the JavaScript libraries: the job as JSON on the command
// line, the readings as JSON on standard output.
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"math/rand"
	"os"
	"strconv"
	"syscall"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/common/expfmt"
)

type job struct {
	Case         string  `json:"case"`
	WarmupMillis float64 `json:"warmupMillis"`
	BatchMillis  float64 `json:"batchMillis"`
	Batches      int     `json:"batches"`
	Series       int     `json:"series"`
	Count        int     `json:"count"`
}

const mask = 16383

var (
	boundaries = []float64{0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10}
	methods    = []string{"GET", "POST"}
	statuses   = []string{"200", "201", "404", "500"}
	routes     []string
	values     [mask + 1]float64
	picks      [mask + 1]int
)

func prepare() {
	random := rand.New(rand.NewSource(1))
	for i := 0; i < 8; i++ {
		routes = append(routes, "/v1/agents/:agent/steps/"+strconv.Itoa(i))
	}
	for i := range values {
		values[i] = 0.2 * math.Exp(random.NormFloat64())
		picks[i] = random.Intn(64)
	}
}

// CPU time of all threads, the garbage collector's among them, in milliseconds.
func cpuMillis() float64 {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		panic(err)
	}
	micros := func(t syscall.Timeval) float64 { return float64(t.Sec)*1e6 + float64(t.Usec) }
	return (micros(usage.Utime) + micros(usage.Stime)) / 1000
}

func timed(loop func(int), operations int) float64 {
	start := cpuMillis()
	loop(operations)
	return cpuMillis() - start
}

// Nanoseconds per operation of each batch, and how many operations were made in all.
func nanos(loop func(int), j job) ([]float64, int) {
	chunk, made := 1024, 0
	end := time.Now().Add(time.Duration(j.WarmupMillis * float64(time.Millisecond)))
	var millis float64
	for {
		millis = timed(loop, chunk)
		made += chunk
		if millis < j.BatchMillis/4 {
			chunk *= 2
		}
		if time.Now().After(end) && millis >= j.BatchMillis/8 {
			break
		}
	}
	size := int(math.Max(1, math.Round(float64(chunk)*j.BatchMillis/millis)))
	readings := make([]float64, j.Batches)
	for i := range readings {
		readings[i] = timed(loop, size) * 1e6 / float64(size)
		made += size
	}
	return readings, made
}

func histogram(registry *prometheus.Registry, labels ...string) *prometheus.HistogramVec {
	vec := prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "latency", Help: "latency", Buckets: boundaries}, labels)
	registry.MustRegister(vec)
	return vec
}

// Fails unless every measurement has been counted.
func check(registry *prometheus.Registry, made int) {
	families, err := registry.Gather()
	if err != nil {
		panic(err)
	}
	counted := 0
	for _, family := range families {
		for _, metric := range family.GetMetric() {
			counted += int(metric.GetHistogram().GetSampleCount())
		}
	}
	if counted != made {
		panic(fmt.Sprintf("%d measurements were made, %d are counted", made, counted))
	}
}

func encode(registry *prometheus.Registry) {
	families, err := registry.Gather()
	if err != nil {
		panic(err)
	}
	var out bytes.Buffer
	encoder := expfmt.NewEncoder(&out, expfmt.NewFormat(expfmt.TypeProtoDelim))
	for _, family := range families {
		if err := encoder.Encode(family); err != nil {
			panic(err)
		}
	}
}

func run(j job) []float64 {
	registry := prometheus.NewRegistry()
	switch j.Case {
	case "record":
		vec := histogram(registry, "method", "route", "status_code")
		readings, made := nanos(func(operations int) {
			for i := 0; i < operations; i++ {
				pick := picks[i&mask]
				vec.WithLabelValues(methods[pick&1], routes[(pick>>1)&7], statuses[pick>>4]).Observe(values[i&mask])
			}
		}, j)
		check(registry, made)
		return readings
	case "bound":
		bound := histogram(registry, "method", "route", "status_code").WithLabelValues("GET", routes[0], "200")
		readings, made := nanos(func(operations int) {
			for i := 0; i < operations; i++ {
				bound.Observe(values[i&mask])
			}
		}, j)
		check(registry, made)
		return readings
	case "encode":
		vec := histogram(registry, "method", "route", "status_code")
		for i := 0; i < j.Series; i++ {
			route := "/v1/agents/:agent/steps/" + strconv.Itoa(i/2%500)
			vec.WithLabelValues(methods[i%2], route, strconv.Itoa(200+i/1000)).Observe(values[i&mask])
		}
		readings := make([]float64, j.Count)
		for i := range readings {
			readings[i] = timed(func(int) { encode(registry) }, 1)
		}
		check(registry, j.Series)
		return readings
	}
	panic("no case " + j.Case)
}

func main() {
	var j job
	if err := json.Unmarshal([]byte(os.Args[1]), &j); err != nil {
		panic(err)
	}
	prepare()
	if err := json.NewEncoder(os.Stdout).Encode(run(j)); err != nil {
		panic(err)
	}
}
