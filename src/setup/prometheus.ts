import type { ServerResponse } from 'node:http';
import { diag } from '@opentelemetry/api';
import { PrometheusExporter } from '@opentelemetry/exporter-prometheus';
import type { MetricData } from '@opentelemetry/sdk-metrics';
import type { MetricSnapshot, Steps } from '../core/index.js';
import { show } from '../errors.js';
import { makeProducer, newExportState, toMetricData } from '../otel/index.js';
import { OPENMETRICS_TYPE, OpenMetricsWriter, wantsOpenMetrics } from './openmetrics.js';
import { type Branch, NOTHING_HELD, type Plan } from './pipeline.js';
import type { Report } from './report.js';
import { startScrapeServer } from './scrape-server.js';
import { isPort } from './variables.js';

/** Where to listen when nothing is said. Source: OpenTelemetry, "Prometheus Exporter"; loopback. */
const DEFAULT_HOST = '127.0.0.1';
const DEFAULT_PORT = 9464;

/** What the official exporter writes; it does not say so itself. */
const CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

/** A scrape endpoint; `undefined`, with the problem reported, where the options make no sense. */
export function makePrometheusBranch(plan: Plan): Branch | undefined {
  const { environment, registries, report, exemplars, noticeCopies } = plan;
  const options = typeof plan.options.prometheus === 'object' ? plan.options.prometheus : {};
  const host = options.host ?? environment.prometheusHost ?? DEFAULT_HOST;
  const port = options.port ?? environment.prometheusPort ?? DEFAULT_PORT;
  if (typeof host !== 'string' || !isPort(port)) {
    report.problem(
      `prometheus is set to listen on ${show(host)}, port ${show(port)}; nothing can be scraped.`,
      'Use a host name or address, and a port number from 0 to 65535.',
    );
    return undefined;
  }
  const state = newExportState();
  const producers = registries.map((registry) =>
    makeProducer(registry, { convert: makeTextConverter(report) }),
  );
  const reader = new PrometheusExporter({ preventServerStart: true, metricProducers: producers });
  const writer = new OpenMetricsWriter();
  const server = startScrapeServer({
    host,
    port,
    answer(request, response) {
      state.attempts += 1;
      response.once('finish', () => {
        state.lastSuccess = new Date();
      });
      exemplars.notice();
      noticeCopies();
      // A cache in between must not mix the two up.
      response.setHeader('vary', 'accept');
      if (wantsOpenMetrics(request.headers.accept)) {
        response.setHeader('content-type', OPENMETRICS_TYPE);
        void answerInOpenMetrics(reader, writer, response);
        return;
      }
      reader.getMetricsRequestHandler(request, response);
      response.setHeader('content-type', CONTENT_TYPE);
    },
    onError({ message }) {
      state.consecutiveFailures += 1;
      state.lastError = message;
      report.problem(
        `The Prometheus endpoint cannot listen on ${host}:${port} (${message}); nothing can be scraped.`,
        'Free the port, or choose another by prometheus.port or OTEL_EXPORTER_PROMETHEUS_PORT.',
      );
    },
  });
  return {
    reader,
    producers,
    health: () => ({
      exporter: 'prometheus',
      endpoint: server.url,
      temporality: 'cumulative',
      exportIntervalMillis: undefined,
      exportTimeoutMillis: undefined,
      ...state,
      ...NOTHING_HELD,
    }),
    hasten: () => server.stop(),
    close: async () => server.close(),
  };
}

/** As the official exporter does it, but for the format. */
async function answerInOpenMetrics(
  reader: PrometheusExporter,
  writer: OpenMetricsWriter,
  response: ServerResponse,
): Promise<void> {
  try {
    const { resourceMetrics, errors } = await reader.collect();
    if (errors.length > 0) diag.error('The scrape is not complete:', ...errors);
    response.end(writer.write(resourceMetrics));
  } catch (error) {
    // Without the mark of the end it would be refused all the same; so a human sees why.
    response.writeHead(500).end(`# failed to export metrics: ${error}`);
  }
}

/** Prometheus' text format has no base-2 histograms: they are left out, and it is said once each. */
function makeTextConverter(
  report: Report,
): (snapshot: MetricSnapshot) => Steps<MetricData | undefined> {
  const warned = new Set<string>();
  return function* toTextMetric(snapshot) {
    const { name, buckets } = snapshot.declaration;
    if (buckets?.type !== 'base2') return yield* toMetricData(snapshot);
    if (!warned.has(name)) {
      warned.add(name);
      report.warn(
        `"${name}" has base-2 buckets, which the Prometheus text format cannot carry; it is not on the scrape endpoint. Send it over OTLP, or give it explicit buckets.`,
      );
    }
    return undefined;
  };
}
