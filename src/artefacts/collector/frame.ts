import { commented, type Yaml } from './commented-yaml.js';
import type { CollectorSettings } from './options.js';

/** A map of a configuration, comments included. */
export type Block = Readonly<Record<string, Yaml>>;

/**
 * Most of one request over gRPC, unpacked, MiB: what the HTTP side takes by default (20 MiB), and
 * room for an agent to write it anew.
 */
const MAX_REQUEST_MEBIBYTES = 32;

/** OTLP in, over gRPC and HTTP. */
export function otlpReceiver({ host, ports }: CollectorSettings): Block {
  return {
    otlp: commented('What services send: meterbook speaks OTLP over HTTP, others gRPC.', {
      protocols: {
        grpc: {
          endpoint: `${host}:${ports.grpc}`,
          max_recv_msg_size_mib: commented(
            'No less than the HTTP side takes; the default of 4 MiB refuses large exports for good.',
            MAX_REQUEST_MEBIBYTES,
          ),
        },
        http: { endpoint: `${host}:${ports.http}` },
      },
    }),
  };
}

/** The first processor of every pipeline that services send to. */
export function memoryLimiter({ memoryLimitMebibytes }: CollectorSettings): Block {
  return {
    memory_limiter: commented(
      'First in each pipeline: near the limit services are told to come again, instead of the Collector being killed with what it holds. Set GOMEMLIMIT to four fifths of the limit.',
      {
        check_interval: '1s',
        limit_mib: memoryLimitMebibytes,
        spike_limit_mib: Math.ceil(memoryLimitMebibytes / 5),
      },
    ),
  };
}

/** For backends that know running totals alone. */
export function deltaToCumulative({ staleAfter }: CollectorSettings): Block {
  return {
    delta_to_cumulative: commented(
      'Prometheus knows running totals alone: what comes as differences is added up here, and totals pass as they are. The sums are in memory: after a restart they begin at zero, which rate() and increase() take for what it is.',
      {
        max_stale: commented(
          'A series that is silent for longer begins at zero again, and its place is free.',
          staleAfter,
        ),
      },
    ),
  };
}

/** The queue of an exporter, on disk: what `retry_on_failure` needs to be of use. */
export function onDisk(
  { queueSize }: CollectorSettings,
  batch: { readonly items: number; readonly wait: string },
  consumers: number,
): Block {
  return {
    sending_queue: commented(
      'Waits on disk and outlives the process. Batches are made here: the batch processor answers "accepted" for what it has only in memory. When it is full, services are told to come again.',
      {
        storage: 'file_storage',
        queue_size: queueSize,
        num_consumers: consumers,
        batch: { min_size: batch.items, max_size: batch.items, flush_timeout: batch.wait },
      },
    ),
    retry_on_failure: commented('Never gives up: the size of the queue is the only limit.', {
      initial_interval: '1s',
      max_interval: '30s',
      max_elapsed_time: '0s',
    }),
  };
}

/** What is served to operators, and the queues' folder. */
export function extensions(settings: CollectorSettings, withStorage: boolean): Block {
  const { host, ports, storageDirectory } = settings;
  return {
    health_check: commented(
      'For the probe of an orchestrator, which comes from where services come from; at /.',
      {
        endpoint: `${host}:${ports.health}`,
      },
    ),
    pprof: commented("Go's profiler, at /debug/pprof. On the loopback: it tells a lot.", {
      endpoint: `127.0.0.1:${ports.pprof}`,
    }),
    zpages: commented('What runs, as web pages: /debug/pipelinez, /debug/extensionz.', {
      endpoint: `127.0.0.1:${ports.zpages}`,
    }),
    ...(withStorage && {
      file_storage: commented(
        'The queues. A folder for this Collector alone, on a disk that outlives it.',
        {
          directory: storageDirectory,
          create_directory: true,
          fsync: commented('Outlives a crash of the machine too, not of the process alone.', true),
          compaction: commented('Gives the disk back after an outage.', {
            directory: storageDirectory,
            on_start: true,
            on_rebound: true,
            cleanup_on_start: true,
          }),
        },
      ),
    }),
  };
}

/** The Collector's own metrics. */
export function telemetry({ ports }: CollectorSettings): Block {
  return {
    metrics: commented(
      "The Collector's own metrics: otelcol_exporter_queue_size, otelcol_exporter_send_failed_metric_points and the like.",
      {
        readers: [
          { pull: { exporter: { prometheus: { host: '127.0.0.1', port: ports.telemetry } } } },
        ],
      },
    ),
  };
}
