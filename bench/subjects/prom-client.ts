import prom from 'prom-client';
import {
  BOUNDARIES,
  type InstrumentSpec,
  type MakeSubject,
  type SubjectInstrument,
} from './subject.js';

function instrumentOf(
  registry: prom.Registry,
  { kind, name, keys }: InstrumentSpec,
): SubjectInstrument {
  const common = { name, help: name, labelNames: [...keys], registers: [registry] };
  if (kind === 'counter') {
    const counter = new prom.Counter(common);
    return {
      record: (value, attributes) => counter.inc(attributes as Record<string, string>, value),
      bind: (attributes) => {
        const child = counter.labels(attributes as Record<string, string>);
        return { record: (value) => child.inc(value) };
      },
    };
  }
  const histogram = new prom.Histogram({ ...common, buckets: [...BOUNDARIES] });
  return {
    record:
      keys.length === 0
        ? (value) => histogram.observe(value)
        : (value, attributes) => histogram.observe(attributes as Record<string, string>, value),
    bind: (attributes) => {
      const child = histogram.labels(attributes as Record<string, string>);
      return { record: (value) => child.observe(value) };
    },
  };
}

export const makeSubject: MakeSubject = (specs) => {
  const registry = new prom.Registry();
  const instruments = specs.map((spec) => instrumentOf(registry, spec));
  return {
    instruments,
    collect: () => registry.getMetricsAsJSON(),
    async tally() {
      const metrics = await registry.getMetricsAsJSON();
      const values = metrics.flatMap(({ name, type, values }) =>
        (values as { readonly metricName?: string; readonly value: number }[]).filter(
          // The enum of types is not there at run time; a counter is a number, the rest histograms.
          (it) => String(type) === 'counter' || it.metricName === `${name}_count`,
        ),
      );
      return {
        series: values.length,
        measurements: values.reduce((sum, { value }) => sum + value, 0),
      };
    },
  };
};
