/** A backend that the Collector sends to, or that comes and gets it. */
export type CollectorBackend =
  | 'clickhouse'
  | 'signoz'
  | 'prometheus-otlp'
  | 'prometheus-scrape'
  | 'prometheus-remote-write';

/** The backends, in the order of the files. */
export const COLLECTOR_BACKENDS = [
  'clickhouse',
  'signoz',
  'prometheus-otlp',
  'prometheus-scrape',
  'prometheus-remote-write',
] as const satisfies readonly CollectorBackend[];

/** Ports that the Collector listens on, each at `host`. */
export interface CollectorPorts {
  /** OTLP over gRPC. Default 4317. */
  readonly grpc: number;
  /** OTLP over HTTP, which meterbook sends to. Default 4318. */
  readonly http: number;
  /** What a Prometheus server scrapes. Default 8889. */
  readonly scrape: number;
  /** Health check. Default 13133. */
  readonly health: number;
  /** Go's profiler. Default 1777. */
  readonly pprof: number;
  /** zPages: what runs, as web pages. Default 55679. */
  readonly zpages: number;
  /** The Collector's own metrics, in Prometheus' format. Default 8888. */
  readonly telemetry: number;
  /** From the queue of remote write to its exporter, on the loopback. Default 4320. */
  readonly remoteWriteHop: number;
}

/**
 * What differs from one site to the next; everything has a default. Values are copied into the
 * files: a secret belongs in the environment of the Collector, as `${env:NAME}`.
 */
export interface CollectorOptions {
  /**
   * Address that OTLP and the scrape endpoint listen on. Default 127.0.0.1; in a container
   * `${env:POD_IP}` or the like. What serves the operator stays on the loopback.
   */
  readonly host?: string;
  readonly ports?: Partial<CollectorPorts>;
  /** Folder of the queues on disk, one to a Collector. Default `/var/lib/otelcol/meterbook`. */
  readonly storageDirectory?: string;
  /** Most requests that wait on disk for each backend; default 10,000. */
  readonly queueSize?: number;
  /** Memory beyond which the Collector refuses what comes in, MiB. Default 400. */
  readonly memoryLimitMebibytes?: number;
  /**
   * Time after which a series that nothing is heard of is forgotten, where the Collector keeps
   * series. A Go duration; default `1h`.
   */
  readonly staleAfter?: string;
  /** The backends of `all.yaml` and `gateway.yaml`. Default: all of them. */
  readonly backends?: readonly [CollectorBackend, ...CollectorBackend[]];
  readonly clickhouse?: {
    /** Default `tcp://127.0.0.1:9000?dial_timeout=10s`. */
    readonly endpoint?: string;
    /** Default `otel`. */
    readonly database?: string;
    /** Whether the Collector makes the tables at its start. Default false. */
    readonly createSchema?: boolean;
    /** How long rows are kept, where it makes the tables. A Go duration; default `720h`. */
    readonly ttl?: string;
  };
  readonly signoz?: {
    /** Default `https://ingest.us.signoz.cloud:443`. */
    readonly endpoint?: string;
    /** Whether the ingestion key is sent; a server of one's own wants none. Default true. */
    readonly ingestionKey?: boolean;
  };
  readonly prometheus?: {
    /** The OTLP receiver of Prometheus. Default `http://127.0.0.1:9090/api/v1/otlp/v1/metrics`. */
    readonly otlpEndpoint?: string;
    /** Default `http://127.0.0.1:9090/api/v1/write`. */
    readonly remoteWriteEndpoint?: string;
    /** Whether both are sent `${env:PROMETHEUS_AUTHORIZATION}` as Authorization. Default false. */
    readonly authorization?: boolean;
  };
  readonly gateway?: {
    /** Host and port of each gateway. Default: by `dns`. */
    readonly hostnames?: readonly [string, ...string[]];
    /** A name whose addresses are the gateways. Default `otelcol-gateway`. */
    readonly dns?: string;
    /** The port of OTLP over gRPC at those addresses. Default 4317. */
    readonly port?: number;
  };
}

/** The options with their defaults. */
export interface CollectorSettings {
  readonly host: string;
  readonly ports: CollectorPorts;
  readonly storageDirectory: string;
  readonly queueSize: number;
  readonly memoryLimitMebibytes: number;
  readonly staleAfter: string;
  readonly backends: readonly CollectorBackend[];
  readonly clickhouse: Required<NonNullable<CollectorOptions['clickhouse']>>;
  readonly signoz: Required<NonNullable<CollectorOptions['signoz']>>;
  readonly prometheus: Required<NonNullable<CollectorOptions['prometheus']>>;
  readonly gateway: {
    readonly hostnames: readonly string[] | undefined;
    readonly dns: string;
    readonly port: number;
  };
}

/** What was not asked for, as documented. */
export function withDefaults(options: CollectorOptions): CollectorSettings {
  return {
    host: options.host ?? '127.0.0.1',
    ports: {
      grpc: 4317,
      http: 4318,
      scrape: 8889,
      health: 13133,
      pprof: 1777,
      zpages: 55679,
      telemetry: 8888,
      remoteWriteHop: 4320,
      ...options.ports,
    },
    storageDirectory: options.storageDirectory ?? '/var/lib/otelcol/meterbook',
    queueSize: options.queueSize ?? 10_000,
    memoryLimitMebibytes: options.memoryLimitMebibytes ?? 400,
    staleAfter: options.staleAfter ?? '1h',
    backends: options.backends ?? COLLECTOR_BACKENDS,
    clickhouse: {
      endpoint: 'tcp://127.0.0.1:9000?dial_timeout=10s',
      database: 'otel',
      createSchema: false,
      ttl: '720h',
      ...options.clickhouse,
    },
    signoz: {
      endpoint: 'https://ingest.us.signoz.cloud:443',
      ingestionKey: true,
      ...options.signoz,
    },
    prometheus: {
      otlpEndpoint: 'http://127.0.0.1:9090/api/v1/otlp/v1/metrics',
      remoteWriteEndpoint: 'http://127.0.0.1:9090/api/v1/write',
      authorization: false,
      ...options.prometheus,
    },
    gateway: {
      hostnames: options.gateway?.hostnames,
      dns: options.gateway?.dns ?? 'otelcol-gateway',
      port: options.gateway?.port ?? 4317,
    },
  };
}
