import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { agentMetrics } from '../../src/agent/index.js';
import { docsArtefacts } from '../../src/artefacts/index.js';
import {
  attr,
  buckets,
  counter,
  defineRegistry,
  gauge,
  histogram,
  setupMetrics,
  type Telemetry,
} from '../../src/index.js';
import { everyKind, hostile } from '../artefacts/support/registries.js';
import { type Folder, makeFolder } from '../cli/support/folder.js';
import { freePort } from '../support/free-port.js';
import { until } from '../support/pipeline.js';
import { type Prometheus, startPrometheus } from './support/prometheus.js';

const kind = attr.oneOf('chat', 'embeddings', 'images', '_OTHER');

const metrics = defineRegistry({
  scope: { name: 'linted' },
  instruments: {
    calls: counter({
      name: 'linted.calls',
      unit: '{call}',
      description: 'Calls.',
      attributes: {
        'call.kind': kind,
        'http.route': attr.string({ maxValues: 5 }).optional(),
        cached: attr.boolean().optional(),
      },
    }),
    duration: histogram({
      name: 'linted.duration',
      unit: 's',
      description: 'How long a call took.',
      buckets: buckets.explicit([0.5, 1, 2]),
      attributes: { 'call.kind': kind },
      renamedFrom: { name: 'linted.time', until: '2999-12-31', unit: 'ms', factor: 1_000 },
    }),
    full: counter({
      name: 'linted.full',
      unit: '1',
      description: 'More series than it has room for.',
      attributes: { id: attr.string({ maxValues: 9 }), kind: kind.optional() },
      maxSeries: 1,
    }),
    idle: gauge({ name: 'linted.idle', unit: '1', description: 'Never recorded.' }),
  },
});

let telemetry: Telemetry;
let prometheus: Prometheus;
let folder: Folder;

beforeAll(async () => {
  const port = await freePort();
  telemetry = setupMetrics({
    serviceName: 'linted',
    registries: [metrics],
    otlp: false,
    prometheus: { host: '127.0.0.1', port },
    // That one of them overflows is what the test is about.
    logger: { warn: () => undefined, error: () => undefined },
  });
  for (let i = 0; i < 10; i++) {
    metrics.calls.add(1, { 'call.kind': i % 2 === 0 ? 'chat' : 'embeddings', cached: true });
    metrics.duration.record(0.1 + i / 5, { 'call.kind': 'chat' });
    metrics.full.add(1, { id: `id-${i % 3}` });
  }
  folder = makeFolder();
  folder.json('m.json', metrics.manifest());
  prometheus = await startPrometheus(`http://127.0.0.1:${port}/metrics`);
  await until(
    'the series are scraped',
    async () => (await prometheus.query('linted_full_total')).length > 1,
    30_000,
  );
}, 60_000);

afterAll(async () => {
  await telemetry?.shutdown();
  await prometheus?.stop();
  folder?.remove();
});

const lint = (...args: readonly string[]) =>
  folder.run('lint', '--registry', 'm.json', '--against', prometheus.url, ...args);

describe('meterbook lint --against a Prometheus server', () => {
  it('names exactly what was never recorded', async () => {
    const { code, stdout, stderr } = await lint('--json');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const findings: { rule: string; instrument: string; message: string }[] =
      JSON.parse(stdout).findings;
    expect(findings.map(({ rule, instrument, message }) => [rule, instrument, message])).toEqual([
      [
        'unused-value',
        'linted.calls',
        'Values of "call.kind" that have never been seen: "images".',
      ],
      ['unused-attribute', 'linted.calls', 'The attribute "http.route" has never been seen.'],
      [
        'unused-value',
        'linted.duration',
        'Values of "call.kind" that have never been seen: "embeddings", "images".',
      ],
      ['unused-instrument', 'linted.idle', 'It has never been seen.'],
    ]);
  });

  it('agrees with what the process says of itself', async () => {
    expect(metrics.usage()).toEqual([
      {
        instrument: 'linted.calls',
        isRecorded: true,
        unusedAttributes: ['http.route'],
        unusedValues: [{ key: 'call.kind', values: ['images'] }],
      },
      {
        instrument: 'linted.duration',
        isRecorded: true,
        unusedAttributes: [],
        unusedValues: [{ key: 'call.kind', values: ['embeddings', 'images'] }],
      },
      { instrument: 'linted.idle', isRecorded: false, unusedAttributes: [], unusedValues: [] },
    ]);
  });

  it('counts only what there is since the moment given', async () => {
    const { stdout } = await lint('--json', '--since', '2999-01-01');
    const rules = JSON.parse(stdout).findings.map((it: { rule: string }) => it.rule);
    expect(rules).toEqual(Array(4).fill('unused-instrument'));
  });
});

describe('the example queries of the catalogue', () => {
  it('are what Prometheus understands', async () => {
    const [page] = docsArtefacts([agentMetrics.manifest(), everyKind, hostile]);
    const queries = [...(page?.content ?? '').matchAll(/^```promql\n([\s\S]*?)^```$/gm)];
    expect(queries.length).toBeGreaterThan(50);
    // It throws where the server finds a fault in the expression.
    for (const [, query = ''] of queries) await prometheus.query(query);
  });

  it('find what has been recorded', async () => {
    const [page] = docsArtefacts([metrics.manifest()]);
    // The scrape endpoint adds no unit to a name.
    const query = 'sum by (call_kind) (rate(linted_calls_total[5m]))';
    expect(page?.content).toContain(query);
    await until('there are two scrapes', async () => (await prometheus.query(query)).length === 2);
  });
});

describe('an instrument that was renamed', () => {
  it('has the same counts in Prometheus under both names, in the unit of each', async () => {
    const value = (expression: string) => prometheus.value(expression);
    expect(await value('linted_duration_count')).toBe(10);
    expect(await value('linted_time_count')).toBe(10);
    expect(await value('linted_duration_sum')).toBeCloseTo(10, 6);
    expect(await value('linted_time_sum')).toBeCloseTo(10_000, 3);
    for (const [now, before] of [
      ['0.5', '500'],
      ['1', '1000'],
      ['2', '2000'],
    ]) {
      const count = await value(`linted_duration_bucket{le="${now}"}`);
      expect(count).toBeGreaterThan(0);
      expect(await value(`linted_time_bucket{le="${before}"}`)).toBe(count);
    }
  });
});
