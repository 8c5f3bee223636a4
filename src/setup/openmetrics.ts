import {
  DataPointType,
  type Histogram,
  type MetricData,
  type ResourceMetrics,
} from '@opentelemetry/sdk-metrics';
import { type Exemplar, newestExemplars } from '../core/index.js';
import type { PointWithExemplars } from '../otel/index.js';

/** What we write. Earlier ones differ. */
const VERSION = '1.0.0';

/** The media type of what {@link OpenMetricsWriter} writes. */
export const OPENMETRICS_TYPE = `application/openmetrics-text; version=${VERSION}; charset=utf-8`;

/**
 * Whether a scraper would rather have OpenMetrics than the text format, by its `Accept`. Only a
 * version that we write counts, and what is not named is not wanted.
 *
 * Source: RFC 9110, "Accept"; OpenMetrics 1.0, "Protocol Negotiation".
 */
export function wantsOpenMetrics(accept = ''): boolean {
  let wanted = 0;
  let text = 0;
  for (const range of accept.toLowerCase().split(',')) {
    const [type = '', ...parameters] = range.split(';').map((it) => it.trim());
    const read = (name: string) =>
      parameters.find((it) => it.startsWith(`${name}=`))?.slice(name.length + 1);
    const quality = Number(read('q') ?? 1);
    if (type === 'application/openmetrics-text' && (read('version') ?? VERSION) === VERSION)
      wanted = Math.max(wanted, quality);
    if (type === 'text/plain') text = Math.max(text, quality);
  }
  return wanted > 0 && wanted >= text;
}

type Labels = Readonly<Record<string, unknown>>;

/**
 * Writes metrics as OpenMetrics, with exemplars. Names and labels are those of the text format, to the
 * letter, so that a series stays the same one whichever a server asks for; for that the boundaries
 * are written `1` and not `1.0` (Prometheus 3 makes them the same, earlier ones take them as they are).
 *
 * A bucket shows its last exemplar until there is a newer one, so that a second server, or somebody
 * who looks, takes nothing away from the first.
 *
 * Source: OpenMetrics 1.0; OpenTelemetry, "Prometheus and OpenMetrics compatibility".
 */
export class OpenMetricsWriter {
  /** By metric, and by the series' attributes, of which there is one object for its whole life. */
  private readonly shown = new Map<string, WeakMap<object, readonly Exemplar[]>>();

  /** @param metrics cumulative */
  write({ resource, scopeMetrics }: ResourceMetrics): string {
    const lines = [
      '# HELP target Target metadata',
      '# TYPE target info',
      `target_info${labelText(resource.attributes)} 1`,
    ];
    for (const { scope, metrics } of scopeMetrics) {
      const { name, version, schemaUrl } = scope;
      const scopeLabels = {
        'otel.scope.name': name,
        ...(schemaUrl !== undefined && schemaUrl !== '' && { 'otel.scope.schema_url': schemaUrl }),
        ...(version !== undefined && version !== '' && { 'otel.scope.version': version }),
      };
      for (const metric of metrics) this.metric(lines, metric, scopeLabels);
    }
    return `${lines.join('\n')}\n# EOF\n`;
  }

  private metric(lines: string[], metric: MetricData, scope: Labels): void {
    const type = typeOf(metric);
    const name = nameOf(metric.descriptor.name).replace(type === 'counter' ? /_total$/ : /$^/, '');
    if (type === undefined || !/[a-z0-9]/i.test(name)) return;
    const help = escaped(metric.descriptor.description || 'description missing');
    lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`);
    for (const point of metric.dataPoints as readonly PointWithExemplars[]) {
      const exemplars = this.exemplarsOf(name, point);
      if (type === 'histogram') writeHistogram(lines, name, point, scope, exemplars);
      else {
        const labels = labelText(point.attributes, scope);
        const sample = type === 'counter' ? `${name}_total` : name;
        const example = type === 'counter' ? exemplarText(exemplars[0]) : '';
        lines.push(`${sample}${labels} ${numberText(point.value as number)}${example}`);
      }
    }
  }

  private exemplarsOf(
    name: string,
    { attributes, exemplars }: PointWithExemplars,
  ): readonly Exemplar[] {
    const ofMetric = this.shown.get(name) ?? new WeakMap();
    const before = ofMetric.get(attributes);
    if (exemplars === undefined) return before ?? [];
    const shown = newestExemplars(before, exemplars);
    this.shown.set(name, ofMetric.set(attributes, shown));
    return shown;
  }
}

type MetricType = 'counter' | 'gauge' | 'histogram';

/** `undefined` for base-2 histograms, which neither format has. */
function typeOf(metric: MetricData): MetricType | undefined {
  switch (metric.dataPointType) {
    case DataPointType.SUM:
      return metric.isMonotonic ? 'counter' : 'gauge';
    case DataPointType.GAUGE:
      return 'gauge';
    case DataPointType.HISTOGRAM:
      return 'histogram';
    default:
      return undefined;
  }
}

function writeHistogram(
  lines: string[],
  name: string,
  { attributes, value }: PointWithExemplars,
  scope: Labels,
  exemplars: readonly Exemplar[],
): void {
  const { count, sum, buckets } = value as Histogram;
  // Of other libraries some have the infinity among their boundaries.
  const boundaries = buckets.boundaries.filter(Number.isFinite);
  let below = 0;
  for (const [i, boundary] of [...boundaries, Number.POSITIVE_INFINITY].entries()) {
    below += buckets.counts[i] ?? 0;
    const labels = labelText(attributes, scope, { le: numberText(boundary) });
    const exemplar = exemplarText(exemplars.find(({ slot }) => slot === i));
    lines.push(`${name}_bucket${labels} ${below}${exemplar}`);
  }
  const labels = labelText(attributes, scope);
  lines.push(`${name}_count${labels} ${count}`);
  if (sum !== undefined) lines.push(`${name}_sum${labels} ${numberText(sum)}`);
}

/** Its labels are the ids alone: together they may be 128 characters, and these are 63. */
function exemplarText(exemplar: Exemplar | undefined): string {
  if (exemplar === undefined) return '';
  const { traceId, spanId, value, millis } = exemplar;
  const labels = traceId === undefined ? '{}' : `{trace_id="${traceId}",span_id="${spanId}"}`;
  return ` # ${labels} ${numberText(value)} ${(millis / 1_000).toFixed(3)}`;
}

function labelText(...all: readonly Labels[]): string {
  const labels = all.flatMap(Object.entries).map(([key, value]) => {
    const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
    return `${sanitized(key)}="${escaped(text)}"`;
  });
  return labels.length === 0 ? '' : `{${labels.join(',')}}`;
}

function nameOf(name: string): string {
  const clean = sanitized(name);
  return /^\d/.test(clean) ? `_${clean}` : clean;
}

function sanitized(name: string): string {
  return name.replace(/[^a-z0-9_]/gi, '_').replace(/_{2,}/g, '_');
}

/** Of a label's value and of a help text alike. */
function escaped(text: string): string {
  return text.replace(/\\/g, '\\\\').replace(/\n/g, '\\n').replace(/"/g, '\\"');
}

function numberText(value: number): string {
  if (Number.isFinite(value) || Number.isNaN(value)) return String(value);
  return value > 0 ? '+Inf' : '-Inf';
}
