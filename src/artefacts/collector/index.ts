import { type Artefact, type Generator, headerLines } from '../artefact.js';
import { checkManifests } from '../check-arguments.js';
import { yamlDocument } from './commented-yaml.js';
import { COLLECTOR_BACKENDS, type CollectorOptions, withDefaults } from './options.js';
import { toBackends, toGateways } from './tiers.js';

export type { CollectorBackend, CollectorOptions, CollectorPorts } from './options.js';

/**
 * Configurations of the OpenTelemetry Collector: one for each backend, one for all of them, and two
 * for a tier of gateways. For the Collector 0.159 or later with the components of
 * `collector/builder.yaml`; the distribution "contrib" has them all.
 *
 * A registry changes what the comment at the top says, and nothing else: the Collector learns
 * instruments from what is sent.
 */
export const collectorArtefacts: Generator<CollectorOptions> = (manifests, options) => {
  checkManifests(manifests, 'collectorArtefacts()');
  const settings = withDefaults(options ?? {});
  const most = manifests
    .flatMap(({ instruments }) => instruments)
    .reduce((sum, { worstCaseSeries }) => sum + worstCaseSeries, 0);
  const file = (name: string, what: string, content: Parameters<typeof yamlDocument>[1]) =>
    ({
      path: `collector/${name}.yaml`,
      content: yamlDocument(
        [
          ...headerLines('collector', manifests),
          '',
          what,
          `A process that records in the registry has ${most} series at most.`,
        ],
        content,
      ),
    }) satisfies Artefact;
  return [
    ...COLLECTOR_BACKENDS.map((backend) =>
      file(backend, WHAT[backend], toBackends(settings, [backend])),
    ),
    file('all', WHAT.all, toBackends(settings, settings.backends)),
    file('gateway-agent', WHAT['gateway-agent'], toGateways(settings)),
    file('gateway', WHAT.gateway, toBackends(settings, settings.backends)),
  ];
};

const WHAT = {
  clickhouse: 'OpenTelemetry Collector: from services to ClickHouse.',
  signoz: 'OpenTelemetry Collector: from services to SigNoz.',
  'prometheus-otlp': 'OpenTelemetry Collector: from services to Prometheus, over OTLP.',
  'prometheus-scrape': 'OpenTelemetry Collector: from services to Prometheus, which scrapes it.',
  'prometheus-remote-write':
    'OpenTelemetry Collector: from services to Prometheus, Mimir or Thanos, by remote write.',
  all: 'OpenTelemetry Collector: from services to several backends.',
  'gateway-agent':
    'OpenTelemetry Collector, first tier: from the services of a machine to the gateways.',
  gateway: 'OpenTelemetry Collector, second tier: from agents to several backends.',
} as const;
