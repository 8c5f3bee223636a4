import { commented } from './commented-yaml.js';
import { type Block, onDisk } from './frame.js';
import type { CollectorBackend, CollectorSettings } from './options.js';

/** What one backend adds to a configuration. */
export interface BackendParts {
  readonly receivers?: Block;
  readonly exporters: Block;
  /** The exporter that the pipeline of what services send ends in. */
  readonly exporter: string;
  /** Whether it knows running totals alone. */
  readonly isCumulative: boolean;
  /** Pipelines of its own, after the other. */
  readonly pipelines?: Block;
}

/** What each backend needs. */
export const BACKENDS: Readonly<
  Record<CollectorBackend, (settings: CollectorSettings) => BackendParts>
> = {
  clickhouse,
  signoz,
  'prometheus-otlp': prometheusOtlp,
  'prometheus-scrape': prometheusScrape,
  'prometheus-remote-write': prometheusRemoteWrite,
};

/** Points of one request to a backend over OTLP; at 1 KiB for each still below 20 MiB. */
const OTLP_BATCH = { items: 8192, wait: '1s' };

/** The only way to keep the order of a series: Prometheus refuses what is older than what it has. */
const IN_ORDER = 1;

function clickhouse(settings: CollectorSettings): BackendParts {
  const { endpoint, database, createSchema, ttl } = settings.clickhouse;
  return {
    isCumulative: false,
    exporter: 'clickhouse',
    exporters: {
      clickhouse: commented(
        'Rows of the tables that are its own. Differences and totals alike: each row tells which it is.',
        {
          endpoint,
          username: secret('CLICKHOUSE_USER'),
          password: secret('CLICKHOUSE_PASSWORD'),
          database,
          create_schema: commented(
            createSchema
              ? 'Makes the database and the tables at the start; a user of production need not be allowed to.'
              : 'The tables are made by whoever owns the schema, not by each Collector at its start.',
            createSchema,
          ),
          ...(createSchema && { ttl }),
          async_insert: commented(
            'The server gathers small inserts; without it each makes a part on disk.',
            true,
          ),
          metrics_tables: commented(
            'Named here, so that another version of the Collector writes where the queries read.',
            {
              gauge: { name: 'otel_metrics_gauge' },
              sum: { name: 'otel_metrics_sum' },
              histogram: { name: 'otel_metrics_histogram' },
              exponential_histogram: { name: 'otel_metrics_exponential_histogram' },
              summary: { name: 'otel_metrics_summary' },
            },
          ),
          timeout: '30s',
          ...onDisk(settings, { items: 5000, wait: '5s' }, 4),
        },
      ),
    },
  };
}

function signoz(settings: CollectorSettings): BackendParts {
  const { endpoint, ingestionKey } = settings.signoz;
  return {
    isCumulative: false,
    exporter: 'otlp_http/signoz',
    exporters: {
      'otlp_http/signoz': commented(
        'SigNoz takes OTLP, differences and totals alike; /v1/metrics is added to the endpoint.',
        {
          endpoint,
          ...(ingestionKey && {
            headers: { 'signoz-ingestion-key': secret('SIGNOZ_INGESTION_KEY') },
          }),
          timeout: '30s',
          ...onDisk(settings, OTLP_BATCH, 4),
        },
      ),
    },
  };
}

function prometheusOtlp(settings: CollectorSettings): BackendParts {
  const { otlpEndpoint } = settings.prometheus;
  return {
    isCumulative: true,
    exporter: 'otlp_http/prometheus',
    exporters: {
      'otlp_http/prometheus': commented(
        'Prometheus from 2.47 on, started with --web.enable-otlp-receiver (with --enable-feature=otlp-write-receiver before 3.0). service.name becomes the label job, service.instance.id becomes instance, the rest of the resource is in target_info.',
        {
          metrics_endpoint: otlpEndpoint,
          ...authorization(settings),
          timeout: '30s',
          ...onDisk(settings, OTLP_BATCH, IN_ORDER),
        },
      ),
    },
  };
}

function prometheusScrape({ host, ports, staleAfter }: CollectorSettings): BackendParts {
  return {
    isCumulative: true,
    exporter: 'prometheus',
    exporters: {
      prometheus: commented(
        'For Prometheus to scrape, at /metrics; with honor_labels: true, since the labels job and instance are those of the services (service.name, service.instance.id). The rest of the resource is in target_info.',
        {
          endpoint: `${host}:${ports.scrape}`,
          translation_strategy: 'UnderscoreEscapingWithSuffixes',
          metric_expiration: commented(
            'How long a series is shown after the last that was heard of it: services that send differences are silent about what does not change.',
            staleAfter,
          ),
        },
      ),
    },
  };
}

function prometheusRemoteWrite(settings: CollectorSettings): BackendParts {
  const { remoteWriteEndpoint } = settings.prometheus;
  const hop = `127.0.0.1:${settings.ports.remoteWriteHop}`;
  return {
    isCumulative: true,
    exporter: 'otlp_http/remote_write',
    receivers: {
      'otlp/remote_write': commented(
        'Where the queue of remote write ends. On the loopback, for this Collector alone.',
        { protocols: { http: { endpoint: hop } } },
      ),
    },
    exporters: {
      'otlp_http/remote_write': commented(
        'The queue of remote write. Its exporter has one in memory alone, and drops a batch when its timeout is over, retries included; so it gets neither queue nor retries, and what it could not write comes back here.',
        {
          endpoint: `http://${hop}`,
          compression: 'none',
          timeout: '60s',
          ...onDisk(settings, OTLP_BATCH, IN_ORDER),
        },
      ),
      prometheus_remote_write: commented(
        'For Prometheus started with --web.enable-remote-write-receiver, Mimir, Thanos. service.name becomes the label job, service.instance.id becomes instance, the rest of the resource is in target_info.',
        {
          http: {
            endpoint: remoteWriteEndpoint,
            ...authorization(settings),
            timeout: '30s',
          },
          timeout: '45s',
          translation_strategy: 'UnderscoreEscapingWithSuffixes',
          send_metadata: commented('Descriptions and types, for the tools that show them.', true),
          remote_write_queue: { enabled: false },
          retry_on_failure: { enabled: false },
        },
      ),
    },
    pipelines: {
      'metrics/remote_write': commented('From its queue to remote write.', {
        receivers: ['otlp/remote_write'],
        exporters: ['prometheus_remote_write'],
      }),
    },
  };
}

function authorization({ prometheus }: CollectorSettings): Block {
  return prometheus.authorization
    ? { headers: { Authorization: secret('PROMETHEUS_AUTHORIZATION') } }
    : {};
}

/** What is in a variable of the Collector's environment, and never in a file. */
function secret(variable: string): string {
  return `\${env:${variable}}`;
}
