import { BACKENDS } from './backends.js';
import { commented, type Yaml } from './commented-yaml.js';
import {
  type Block,
  deltaToCumulative,
  extensions,
  memoryLimiter,
  otlpReceiver,
  telemetry,
} from './frame.js';
import type { CollectorBackend, CollectorSettings } from './options.js';

/** A Collector that services send to and that sends to backends. */
export function toBackends(
  settings: CollectorSettings,
  backends: readonly CollectorBackend[],
): Yaml {
  const parts = backends.map((backend) => BACKENDS[backend](settings));
  const asSent = parts.filter(({ isCumulative }) => !isCumulative);
  const cumulative = parts.filter(({ isCumulative }) => isCumulative);
  const names = (some: typeof parts) => some.map(({ exporter }) => exporter);
  const needsStorage = backends.some((backend) => backend !== 'prometheus-scrape');
  const extended = extensions(settings, needsStorage);
  return {
    receivers: merged([otlpReceiver(settings), ...parts.map(({ receivers = {} }) => receivers)]),
    processors: {
      ...memoryLimiter(settings),
      ...(cumulative.length > 0 && deltaToCumulative(settings)),
    },
    exporters: merged(parts.map(({ exporters }) => exporters)),
    extensions: extended,
    service: {
      extensions: Object.keys(extended),
      telemetry: telemetry(settings),
      pipelines: {
        ...(asSent.length > 0 && {
          'metrics/as_sent': {
            receivers: ['otlp'],
            processors: ['memory_limiter'],
            exporters: names(asSent),
          },
        }),
        ...(cumulative.length > 0 && {
          'metrics/cumulative': {
            receivers: ['otlp'],
            processors: ['memory_limiter', 'delta_to_cumulative'],
            exporters: names(cumulative),
          },
        }),
        ...merged(parts.map(({ pipelines = {} }) => pipelines)),
      },
    },
  };
}

/** A Collector near the services, which gives each series to the one gateway that owns it. */
export function toGateways(settings: CollectorSettings): Yaml {
  const { hostnames, dns, port } = settings.gateway;
  const extended = extensions(settings, false);
  return {
    receivers: otlpReceiver(settings),
    processors: memoryLimiter(settings),
    exporters: {
      load_balancing: commented(
        'Each series always to the same gateway, which adds up differences and keeps the order: two that share a series would each write a part of it. While the list of gateways changes, some series change hands.',
        {
          routing_key: commented(
            'By process: each has its own service.instance.id, and its exports stay in one piece. By streamID, the target_info of one process would have several owners.',
            'resource',
          ),
          resolver:
            hostnames === undefined
              ? { dns: { hostname: dns, port: String(port), interval: '5s' } }
              : { static: { hostnames } },
          protocol: {
            otlp: {
              tls: commented('Inside of one network; give it certificates across others.', {
                insecure: true,
              }),
              timeout: '30s',
              sending_queue: commented(
                'One for each gateway, in memory: all share these settings, so that none can be on disk. A queue before them would send to every gateway again what one of them has refused.',
                { queue_size: settings.queueSize, num_consumers: 1 },
              ),
              retry_on_failure: commented(
                'Never gives up: the size of the queue is the only limit.',
                { initial_interval: '1s', max_interval: '30s', max_elapsed_time: '0s' },
              ),
            },
          },
        },
      ),
    },
    extensions: extended,
    service: {
      extensions: Object.keys(extended),
      telemetry: telemetry(settings),
      pipelines: {
        metrics: {
          receivers: ['otlp'],
          processors: ['memory_limiter'],
          exporters: ['load_balancing'],
        },
      },
    },
  };
}

function merged(blocks: readonly Block[]): Block {
  return Object.assign({}, ...blocks);
}
