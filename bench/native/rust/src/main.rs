//! Measures `prometheus-client` and `metrics` as bench/worker measures the JavaScript libraries: the job as
//! JSON on the command line, the readings as JSON on standard output.

use std::time::{Duration, Instant};

use cpu_time::ProcessTime;
use metrics::{Key, Label, Level, Metadata, Recorder};
use metrics_exporter_prometheus::PrometheusBuilder;
use prometheus_client::encoding::{text::encode, EncodeLabelSet};
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Job {
    library: String,
    case: String,
    warmup_millis: f64,
    batch_millis: f64,
    batches: usize,
    series: usize,
    count: usize,
}

impl Default for Job {
    fn default() -> Self {
        let (library, case) = (String::new(), String::new());
        Job { library, case, warmup_millis: 0.0, batch_millis: 4.0, batches: 1, series: 0, count: 0 }
    }
}

const MASK: usize = 16_383;
const BOUNDARIES: [f64; 14] =
    [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0];
const METHODS: [&str; 2] = ["GET", "POST"];
const STATUSES: [&str; 4] = ["200", "201", "404", "500"];
const ROUTES: [&str; 8] = [
    "/v1/agents/:agent/steps/0",
    "/v1/agents/:agent/steps/1",
    "/v1/agents/:agent/steps/2",
    "/v1/agents/:agent/steps/3",
    "/v1/agents/:agent/steps/4",
    "/v1/agents/:agent/steps/5",
    "/v1/agents/:agent/steps/6",
    "/v1/agents/:agent/steps/7",
];

/// Values around 0.2 whose buckets cannot be predicted, and which of 64 series they are for.
fn inputs() -> (Vec<f64>, Vec<usize>) {
    let mut state: u32 = 0x2545_f491;
    let mut random = || {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        f64::from(state) / 2f64.powi(32)
    };
    let values = (0..=MASK)
        .map(|_| {
            let normal = (-2.0 * (1.0 - random()).ln()).sqrt()
                * (2.0 * std::f64::consts::PI * random()).cos();
            0.2 * normal.exp()
        })
        .collect();
    let picks = (0..=MASK).map(|_| (random() * 64.0) as usize).collect();
    (values, picks)
}

fn millis(run: &mut dyn FnMut(usize), operations: usize) -> f64 {
    let start = ProcessTime::now();
    run(operations);
    start.elapsed().as_secs_f64() * 1e3
}

/// Nanoseconds per operation of each batch, and how many operations were made in all.
fn nanos(run: &mut dyn FnMut(usize), job: &Job) -> (Vec<f64>, usize) {
    let (mut chunk, mut made) = (1_024, 0);
    let end = Instant::now() + Duration::from_secs_f64(job.warmup_millis / 1e3);
    let took = loop {
        let took = millis(run, chunk);
        made += chunk;
        if took < job.batch_millis / 4.0 {
            chunk *= 2;
        }
        if Instant::now() > end && took >= job.batch_millis / 8.0 {
            break took;
        }
    };
    let size = ((chunk as f64 * job.batch_millis / took).round() as usize).max(1);
    let readings = (0..job.batches).map(|_| millis(run, size) * 1e6 / size as f64).collect();
    (readings, made + size * job.batches)
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Labels {
    method: &'static str,
    route: &'static str,
    status_code: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct OwnedLabels {
    method: &'static str,
    route: String,
    status_code: String,
}

fn histogram() -> Histogram {
    Histogram::new(BOUNDARIES)
}

/// What all `_count` lines of the text format add up to.
fn counted(text: &str) -> usize {
    text.lines()
        .filter(|line| line.starts_with("latency_count"))
        .filter_map(|line| line.rsplit(' ').next()?.parse::<usize>().ok())
        .sum()
}

fn check(text: &str, made: usize) {
    assert_eq!(counted(text), made, "not every measurement has been counted");
}

fn labels(pick: usize) -> Labels {
    Labels { method: METHODS[pick & 1], route: ROUTES[(pick >> 1) & 7], status_code: STATUSES[pick >> 4] }
}

fn prometheus_client(job: &Job) -> Vec<f64> {
    let (values, picks) = inputs();
    let mut registry = Registry::default();
    let text = |registry: &Registry| {
        let mut text = String::new();
        encode(&mut text, registry).expect("text");
        text
    };
    if job.case == "encode" {
        let family = Family::<OwnedLabels, Histogram>::new_with_constructor(histogram);
        registry.register("latency", "latency", family.clone());
        for i in 0..job.series {
            let labels = OwnedLabels {
                method: METHODS[i % 2],
                route: format!("/v1/agents/:agent/steps/{}", i / 2 % 500),
                status_code: (200 + i / 1_000).to_string(),
            };
            family.get_or_create(&labels).observe(values[i & MASK]);
        }
        let readings = (0..job.count).map(|_| millis(&mut |_| drop(text(&registry)), 1)).collect();
        check(&text(&registry), job.series);
        return readings;
    }
    let family = Family::<Labels, Histogram>::new_with_constructor(histogram);
    registry.register("latency", "latency", family.clone());
    let (readings, made) = if job.case == "bound" {
        let bound = family.get_or_create(&labels(0)).clone();
        nanos(&mut |n| (0..n).for_each(|i| bound.observe(values[i & MASK])), job)
    } else {
        let record = |i: usize| {
            family.get_or_create(&labels(picks[i & MASK])).observe(values[i & MASK]);
        };
        nanos(&mut |n| (0..n).for_each(record), job)
    };
    check(&text(&registry), made);
    readings
}

fn key(method: &'static str, route: String, status_code: String) -> Key {
    let labels =
        [("method", method.to_string()), ("route", route), ("status_code", status_code)];
    Key::from_parts("latency", labels.map(|(key, value)| Label::new(key, value)).to_vec())
}

fn metrics_facade(job: &Job) -> Vec<f64> {
    let (values, picks) = inputs();
    let recorder = PrometheusBuilder::new().set_buckets(&BOUNDARIES).expect("buckets").build_recorder();
    let handle = recorder.handle();
    let metadata = Metadata::new("bench", Level::INFO, None);
    if job.case == "encode" {
        for i in 0..job.series {
            let route = format!("/v1/agents/:agent/steps/{}", i / 2 % 500);
            let key = key(METHODS[i % 2], route, (200 + i / 1_000).to_string());
            recorder.register_histogram(&key, &metadata).record(values[i & MASK]);
        }
        let readings = (0..job.count).map(|_| millis(&mut |_| drop(handle.render()), 1)).collect();
        check(&handle.render(), job.series);
        return readings;
    }
    // It keeps every value until it is read, which a service's scrapes do.
    let mut unread = 0;
    let mut read = |more: usize| {
        unread += more;
        if unread > 1_000_000 {
            handle.run_upkeep();
            unread = 0;
        }
    };
    let (readings, made) = if job.case == "bound" {
        let key = key(METHODS[0], ROUTES[0].to_string(), STATUSES[0].to_string());
        let bound = recorder.register_histogram(&key, &metadata);
        nanos(
            &mut |n| {
                (0..n).for_each(|i| bound.record(values[i & MASK]));
                read(n);
            },
            job,
        )
    } else {
        let record = |i: usize| {
            let Labels { method, route, status_code } = labels(picks[i & MASK]);
            let labels = vec![
                Label::from_static_parts("method", method),
                Label::from_static_parts("route", route),
                Label::from_static_parts("status_code", status_code),
            ];
            let key = Key::from_parts("latency", labels);
            recorder.register_histogram(&key, &metadata).record(values[i & MASK]);
        };
        nanos(
            &mut |n| {
                (0..n).for_each(record);
                read(n);
            },
            job,
        )
    };
    check(&handle.render(), made);
    readings
}

fn main() {
    let argument = std::env::args().nth(1).expect("a job as JSON");
    let job: Job = serde_json::from_str(&argument).expect("a job");
    let readings = match job.library.as_str() {
        "metrics" => metrics_facade(&job),
        _ => prometheus_client(&job),
    };
    println!("{}", serde_json::to_string(&readings).expect("JSON"));
}
