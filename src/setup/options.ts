import type { Agent } from 'node:http';
import type { InstrumentDrops, TemporalityPreference } from '../core/index.js';
import type { AnyRegistry, ExemplarFilter, PointDropReason } from '../otel/index.js';

/** Where warnings and errors go; `console` fits, and so do pino and winston. */
export interface Logger {
  warn(message: string): void;
  error(message: string): void;
}

/** The OTLP exporter: protobuf over HTTP. */
export interface OtlpOptions {
  /**
   * The whole URL of the metrics endpoint. Default: `OTEL_EXPORTER_OTLP_METRICS_ENDPOINT`, then
   * `OTEL_EXPORTER_OTLP_ENDPOINT` with `/v1/metrics` after it, then
   * `http://localhost:4318/v1/metrics`.
   */
  readonly url?: string;
  /** Added to `OTEL_EXPORTER_OTLP_HEADERS`; never shown in `health()` or in a log. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Default `OTEL_EXPORTER_OTLP_COMPRESSION`, then `none`. */
  readonly compression?: 'gzip' | 'none';
  /**
   * Most time for one export, its retries included, milliseconds; at most `exportTimeoutMillis`.
   * Default `OTEL_EXPORTER_OTLP_TIMEOUT`, then 10,000.
   */
  readonly timeoutMillis?: number;
  /**
   * Makes the connections in place of meterbook's own agent: one for a proxy, such as `ProxyAgent` of
   * proxy-agent. Give one that nothing else uses: it is ended with the pipeline, and what it sends is
   * not measured as a client's requests.
   */
  readonly agent?: Agent;
  /**
   * Hosts, other than the loopback, to which headers that look like credentials may be sent
   * without TLS. Without it such an endpoint is refused.
   */
  readonly insecureHosts?: readonly string[];
}

/** Where OTLP data is kept that could not be sent, until the next start. */
export interface SpoolOptions {
  /**
   * A folder on a disk that outlives the process; made if it is not there, for its owner alone.
   * Several processes of one service may share it.
   */
  readonly directory: string;
  /** Most bytes there; the oldest data gives way and is counted. Default 67,108,864 (64 MiB). */
  readonly maxBytes?: number;
  /**
   * Write everything there before it is sent, so that a killed process loses only what it had not
   * collected. Costs a file, written through to the disk, for each export. Default false: only what
   * is unsent when the process ends.
   */
  readonly writeAhead?: boolean;
}

/** The endpoint that a Prometheus server scrapes. */
export interface PrometheusOptions {
  /** Address to listen on. Default `OTEL_EXPORTER_PROMETHEUS_HOST`, then 127.0.0.1. */
  readonly host?: string;
  /** Default `OTEL_EXPORTER_PROMETHEUS_PORT`, then 9464; 0 lets the system choose. */
  readonly port?: number;
}

/** What `setupMetrics` takes; all of it optional, all durations in milliseconds. */
export interface SetupOptions {
  /** `service.name`. Default `OTEL_SERVICE_NAME`. */
  readonly serviceName?: string;
  /** The registries to export, made by `defineRegistry`. */
  readonly registries?: readonly AnyRegistry[];
  /**
   * Resource attributes, before those of `OTEL_RESOURCE_ATTRIBUTES`. `service.instance.id` is one
   * that the process keeps for its life, unless it is given.
   */
  readonly resource?: Readonly<Record<string, string | number | boolean>>;
  /**
   * What the pushing exporters send. Default `OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE`,
   * then `cumulative`. Prometheus is always cumulative.
   */
  readonly temporality?: TemporalityPreference;
  /**
   * Which measurements may become exemplars: those in the context of a sampled span, all, or none.
   * They go out by OTLP and on the scrape endpoint. Default `OTEL_METRICS_EXEMPLAR_FILTER`, then
   * `trace_based`.
   */
  readonly exemplars?: ExemplarFilter;
  /** Time between exports. Default `OTEL_METRIC_EXPORT_INTERVAL`, then 60,000. */
  readonly exportIntervalMillis?: number;
  /** Most time for one export. Default `OTEL_METRIC_EXPORT_TIMEOUT`, then 30,000; at most the interval. */
  readonly exportTimeoutMillis?: number;
  /** Most time for `shutdown()`, and for the flush at a signal or at exit. Default 5,000. */
  readonly shutdownTimeoutMillis?: number;
  /** Options of the OTLP exporter, or `false` for none. Default: by `OTEL_METRICS_EXPORTER`. */
  readonly otlp?: OtlpOptions | false;
  /** Keep what OTLP could not send until the next start. Default: it is given up at the end. */
  readonly spool?: SpoolOptions;
  /** Options of the scrape endpoint, or `true`. Default: by `OTEL_METRICS_EXPORTER`. */
  readonly prometheus?: PrometheusOptions | boolean;
  /** Print what is collected to the console. Default: by `OTEL_METRICS_EXPORTER`. */
  readonly console?: boolean;
  /**
   * Event loop delay and utilization, garbage collection and heap, by the names of the Node.js and
   * V8 conventions, under the scope `meterbook/runtime`. Costs a timer every 20 ms, some 1 % of an
   * idle core. Default false, since an instrumentation of OpenTelemetry may export the same already.
   */
  readonly runtime?: boolean;
  /**
   * Metrics of the pipeline itself: exports, what is held and dropped, series and overflows, under
   * the scope `meterbook`. Default true.
   */
  readonly selfMetrics?: boolean;
  /** Register the meter provider globally, for other libraries' instruments. Default true. */
  readonly registerGlobal?: boolean;
  /**
   * Flush at SIGTERM, SIGINT, at an error that nobody catches and at the natural end of the process.
   * Default true.
   */
  readonly flushAtExit?: boolean;
  /** Throw where production drops and counts, in all these registries, until the shutdown. */
  readonly strict?: boolean;
  /** Default: `console`, with "meterbook:" before each line. */
  readonly logger?: Logger;
}

/** How one exporter is doing. */
export interface ExporterHealth {
  readonly exporter: 'otlp' | 'prometheus' | 'console';
  /** Where it sends to or listens; without credentials and query. */
  readonly endpoint: string | undefined;
  readonly temporality: TemporalityPreference;
  /** Time between exports, ms; `undefined` where the backend pulls. */
  readonly exportIntervalMillis: number | undefined;
  /** Most time for one export, ms; `undefined` where the backend pulls. */
  readonly exportTimeoutMillis: number | undefined;
  /** Requests sent, or scrapes asked for. */
  readonly attempts: number;
  readonly lastSuccess: Date | undefined;
  /** Exports failed since the last success. */
  readonly consecutiveFailures: number;
  /** The last failure in words, the server's own included. */
  readonly lastError: string | undefined;
  /** Points in memory that have not arrived and will be sent again. */
  readonly held: number;
  /** Points in the spool. */
  readonly spooled: number;
  /** Points that were given up, by reason. */
  readonly dropped: Readonly<Partial<Record<PointDropReason, number>>>;
}

/** The state of the pipeline, for a readiness endpoint or a debugger. */
export interface Health {
  /**
   * `failing`: the last export of an exporter failed, or an exporter that is asked for could not be
   * set up. `disabled`: none is asked for.
   */
  readonly status: 'running' | 'failing' | 'disabled' | 'shut down';
  readonly serviceName: string;
  readonly exporters: readonly ExporterHealth[];
  /** What could not be recorded, by instrument and reason. */
  readonly dropped: readonly InstrumentDrops[];
  /** Instruments past a limit, and the attributes whose values have become `_OTHER`. */
  readonly overflowing: readonly {
    readonly instrument: string;
    readonly isOverflowing: boolean;
    readonly saturatedAttributes: readonly string[];
  }[];
  /** What was wrong with the options or the environment at setup. */
  readonly problems: readonly string[];
}

/** A running pipeline. */
export interface Telemetry {
  /** The state of the pipeline. Walks all series: for now and then, not for a hot path. */
  health(): Health;
  /**
   * Collects and exports now, after an export that is under way. Never rejects, and returns within
   * twice the export timeout; whether it succeeded is in `health()`.
   */
  forceFlush(): Promise<void>;
  /**
   * Flushes and ends the pipeline within `shutdownTimeoutMillis`. Never rejects; calling it again
   * waits for the same end. What is recorded afterwards is kept, and exported by the next
   * `setupMetrics`.
   */
  shutdown(): Promise<void>;
}
