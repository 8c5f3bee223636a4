import { PrometheusSerializer } from '@opentelemetry/exporter-prometheus';
import { resourceFromAttributes } from '@opentelemetry/resources';
import type { ResourceMetrics } from '@opentelemetry/sdk-metrics';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TraceContext } from '../../src/core/index.js';
import { attr, buckets, counter, gauge, histogram, upDownCounter } from '../../src/index.js';
import { coreOf } from '../../src/otel/index.js';
import { OpenMetricsWriter, wantsOpenMetrics } from '../../src/setup/openmetrics.js';
import { EPOCH } from '../support/fake-clock.js';
import { openRegistry } from '../support/open-registry.js';
import { PROPERTY_TIMEOUT, tries } from '../support/property.js';

const resource = resourceFromAttributes({ 'service.name': 'a "name"', 'process.pid': 1 });

function declare() {
  const attributes = { 'a.text': attr.string().optional(), '2': attr.boolean().optional() };
  const opened = openRegistry({
    calls: counter({ name: 'some.calls', unit: '1', description: 'A "quote", a \\.', attributes }),
    total: counter({ name: 'calls_total', unit: '1' }),
    level: upDownCounter({ name: 'level', unit: '1' }),
    degrees: gauge({ name: 'degrees', unit: 'Cel', description: 'two\nlines', attributes }),
    latency: histogram({
      name: 'latency',
      unit: 's',
      buckets: buckets.explicit([0.5, 1, 1e21]),
      attributes,
    }),
  });
  const active = { trace: undefined as TraceContext | undefined };
  coreOf(opened.metrics).setTrace(() => active.trace);
  const producer = opened.metrics.producer();
  const collect = async (): Promise<ResourceMetrics> => ({
    ...(await producer.collect()).resourceMetrics,
    resource,
  });
  return { ...opened, active, collect };
}

const samples = (text: string) =>
  text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => line.replace(/ # \{.*$/, ''));

describe('OpenMetrics', () => {
  it('has the very samples of the text format', { timeout: PROPERTY_TIMEOUT }, async () => {
    const text = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('\\', '"', '\n', '\\n'));
    const value = fc.double({ noNaN: true, noDefaultInfinity: true, min: 0, max: 1e300 });
    const measurement = fc.record({
      what: fc.constantFrom('calls', 'total', 'level', 'degrees', 'latency'),
      attributes: fc.record({ 'a.text': text, '2': fc.boolean() }, { requiredKeys: [] }),
      value,
    });
    await fc.assert(
      fc.asyncProperty(fc.array(measurement), async (measurements) => {
        const { metrics, active, collect } = declare();
        active.trace = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16) };
        for (const { what, attributes, value: it } of measurements) {
          if (what === 'calls') metrics.calls.add(it, attributes);
          else if (what === 'total' || what === 'level') metrics[what].add(it);
          else metrics[what as 'latency'].record(it, attributes);
        }
        const collected = await collect();
        const ours = samples(new OpenMetricsWriter().write(collected));
        const theirs = samples(new PrometheusSerializer().serialize(collected));
        expect(ours.sort()).toEqual(theirs.sort());
      }),
      tries(60),
    );
  });

  it('is written as its specification says', async () => {
    const { metrics, active, clock, collect } = declare();
    active.trace = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16) };
    clock.advance(1_500);
    metrics.calls.add(2, { 'a.text': 'x' });
    metrics.total.add(1);
    metrics.level.add(-1);
    metrics.latency.record(1);
    active.trace = {};
    metrics.latency.record(1e22);
    const ids = `{trace_id="${'a'.repeat(32)}",span_id="${'b'.repeat(16)}"}`;
    const at = `${EPOCH / 1_000 + 1}.500`;
    const scope = 'otel_scope_name="test",otel_scope_version="1"';
    expect(new OpenMetricsWriter().write(await collect())).toBe(`# HELP target Target metadata
# TYPE target info
target_info{service_name="a \\"name\\"",process_pid="1"} 1
# HELP some_calls A \\"quote\\", a \\\\.
# TYPE some_calls counter
some_calls_total{a_text="x",${scope}} 2 # ${ids} 2 ${at}
# HELP calls description missing
# TYPE calls counter
calls_total{${scope}} 1 # ${ids} 1 ${at}
# HELP level description missing
# TYPE level gauge
level{${scope}} -1
# HELP latency description missing
# TYPE latency histogram
latency_bucket{${scope},le="0.5"} 0
latency_bucket{${scope},le="1"} 1 # ${ids} 1 ${at}
latency_bucket{${scope},le="1e+21"} 1
latency_bucket{${scope},le="+Inf"} 2 # {} 1e+22 ${at}
latency_count{${scope}} 2
latency_sum{${scope}} 1e+22
# EOF
`);
  });

  it('shows the last exemplar of a bucket until there is a newer one', async () => {
    const { metrics, active, collect } = declare();
    const writer = new OpenMetricsWriter();
    const spans = async () =>
      [...writer.write(await collect()).matchAll(/span_id="(\w)/g)].map(([, it]) => it);
    const inSpan = (spanId: string, fn: () => void) => {
      active.trace = { traceId: 'a'.repeat(32), spanId };
      fn();
      active.trace = undefined;
    };
    inSpan('b', () => metrics.latency.record(0.1));
    inSpan('c', () => metrics.latency.record(0.9));
    expect(await spans()).toEqual(['b', 'c']);
    metrics.latency.record(0.1);
    expect(await spans()).toEqual(['b', 'c']);
    inSpan('d', () => metrics.latency.record(0.1));
    expect(await spans()).toEqual(['d', 'c']);
  });

  it('does not mix up the overflow series of two instruments', async () => {
    const bounded = { unit: '1', attributes: { id: attr.int() }, maxSeries: 1 } as const;
    const { metrics } = openRegistry({
      a: counter({ name: 'a', ...bounded }),
      b: counter({ name: 'b', ...bounded }),
    });
    const active = { trace: undefined as TraceContext | undefined };
    coreOf(metrics).setTrace(() => active.trace);
    for (const id of [1, 2]) metrics.b.add(id, { id });
    metrics.a.add(1, { id: 1 });
    active.trace = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16) };
    metrics.a.add(5, { id: 2 });
    const { resourceMetrics } = await metrics.producer().collect();
    const lines = new OpenMetricsWriter()
      .write(resourceMetrics)
      .split('\n')
      .filter((line) => line.includes('overflow'));
    expect(lines.map((line) => line.includes('# {'))).toEqual([true, false]);
  });
});

describe('the format that is wanted', () => {
  it.each([
    [
      'Prometheus 2',
      'application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1',
      true,
    ],
    [
      'Prometheus 3',
      'application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.3,text/plain;version=0.0.4;q=0.2,*/*;q=0.1',
      true,
    ],
    ['no version', 'application/openmetrics-text', true],
    ['an older version alone', 'application/openmetrics-text; version=0.0.1', false],
    [
      'the text format rather',
      'text/plain, application/openmetrics-text;version=1.0.0;q=0.5',
      false,
    ],
    ['not at all', 'application/openmetrics-text;version=1.0.0;q=0', false],
    ['a browser', 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', false],
    ['anything', '*/*', false],
    ['nothing said', undefined, false],
    ['nonsense', ';;q=,=,application/openmetrics-text;q=high', false],
  ])('%s', (_, accept, expected) => {
    expect(wantsOpenMetrics(accept)).toBe(expected);
  });
});
