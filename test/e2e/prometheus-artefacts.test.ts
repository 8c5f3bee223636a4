import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import {
  type Artefact,
  grafanaArtefacts,
  prometheusArtefacts,
  prometheusQueries,
} from '../../src/artefacts/index.js';
import { attr, counter, defineRegistry, setupMetrics, type Telemetry } from '../../src/index.js';
import { expressionsOf, undeclared } from '../artefacts/support/promql.js';
import { shop } from '../artefacts/support/shop.js';
import { until } from '../support/pipeline.js';
import { type Prometheus, startPrometheus } from './support/prometheus.js';
import { writeArtefacts } from './support/promtool.js';

/** Has more users than places, and refuses what is no number. */
const crowded = defineRegistry({
  scope: { name: 'crowded' },
  instruments: {
    visits: counter({
      name: 'crowded.visits',
      unit: '{visit}',
      description: 'Visits.',
      attributes: { user: attr.int() },
      maxSeries: 2,
    }),
  },
});

/** Once there is somebody to see it, a few exports are refused for good, and the rest for now. */
let isSeen = false;

function startReceiver(): Promise<Server> {
  let refused = 0;
  const server = createServer((request, response) => {
    request.resume().on('end', () => {
      response.statusCode = !isSeen ? 200 : refused++ < 3 ? 400 : 503;
      response.end();
    });
  });
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
}

const folder = mkdtempSync(join(tmpdir(), 'meterbook-artefacts-'));
const manifests = [shop.manifest()];
const rules = prometheusArtefacts(manifests, { naming: 'plain' });
const dashboards = grafanaArtefacts(manifests, { backends: [prometheusQueries('plain')] });

type Measure = (value: number, attributes: object) => void;

interface Recorder {
  add?: Measure;
  record?: Measure;
  addCallback?(callback: (result: { observe: Measure }) => void): void;
}

/** Every value that an attribute is given, with no place left for "nothing recorded under it". */
function attributesOf(
  attributes: (typeof manifests)[number]['instruments'][number]['attributes'],
  turn: number,
): object {
  return Object.fromEntries(
    attributes.map(({ key, type, values }) => {
      const some = {
        oneOf: values?.[turn % values.length],
        int: 200 + turn,
        boolean: turn % 2 === 0,
        string: `${key} ${turn}`,
      };
      return [key, some[type]];
    }),
  );
}

/** Measures everything once: good and bad by turns, so that objectives are missed. */
function measure(turn: number): void {
  for (const { property, attributes, kind, boundaries } of manifests[0]?.instruments ?? []) {
    const instrument = shop[property as keyof typeof shop] as unknown as Recorder;
    const given = attributesOf(attributes, turn % 2);
    if (kind === 'histogram') {
      // Above every threshold two times of three.
      instrument.record?.(turn % 3 === 0 ? (boundaries?.[1] ?? 1) : 1e9, given);
    } else {
      (instrument.add ?? instrument.record)?.call(instrument, 1, given);
    }
  }
  crowded.visits.add(1, { user: turn % 5 });
  crowded.visits.add(Number.NaN, { user: 1 });
}

/** Alerts that fire when two of three measurements are bad: an objective of one half has but one. */
const BURNING = 4 + 4 + 1;

let receiver: Server;
let telemetry: Telemetry;
let prometheus: Prometheus;
let traffic: NodeJS.Timeout;

beforeAll(async () => {
  receiver = await startReceiver();
  const { port } = receiver.address() as AddressInfo;
  telemetry = setupMetrics({
    serviceName: 'e2e',
    registries: [shop, crowded],
    otlp: { url: `http://127.0.0.1:${port}/v1/metrics` },
    exportIntervalMillis: 1_000,
    prometheus: { port: 0 },
    flushAtExit: false,
    // That exports fail, and that series overflow, is what the test is about.
    logger: { warn: () => undefined, error: () => undefined },
  });
  const endpoint = () => telemetry.health().exporters.at(-1)?.endpoint ?? '';
  await until('the endpoint listens', () => !endpoint().includes(':0/'));
  for (const { property, attributes } of manifests[0]?.instruments ?? []) {
    const instrument = shop[property as keyof typeof shop] as unknown as Recorder;
    instrument.addCallback?.((result) => result.observe(1, attributesOf(attributes, 0)));
  }
  let turn = 0;
  traffic = setInterval(() => measure(turn++), 100);
  prometheus = await startPrometheus(endpoint(), { ruleFiles: writeArtefacts(folder, rules) });
  await until('the exports that arrive have been seen', async () => {
    return (await prometheus.query('meterbook_export_attempts_total > 0')).length > 0;
  });
  isSeen = true;
  // Rules are evaluated every 30 seconds, each group at its own moment.
  await until(
    'every rule has been evaluated with data to read',
    async () => {
      const alerts = await prometheus.query('count(ALERTS{alertname="SloBudgetBurn"})');
      const percentiles = await prometheus.query('count({__name__=~"job:.+:p99_5m"})');
      const histograms = manifests[0]?.instruments.filter(({ kind }) => kind === 'histogram');
      return alerts[0]?.value === BURNING && percentiles[0]?.value === histograms?.length;
    },
    170_000,
  );
}, 200_000);

afterAll(async () => {
  clearInterval(traffic);
  await prometheus?.stop();
  await telemetry?.shutdown();
  receiver?.close();
  rmSync(folder, { recursive: true, force: true });
});

/**
 * What a reader of a dashboard has picked, and Grafana's own variables. Rates are of the whole test:
 * between two attempts at an export that is refused for now there may be half a minute, of which
 * there is no percentile.
 */
function asked(expression: string): string {
  const choice = /^label_values\((.*), (\w+)\)$/s.exec(expression);
  const filled = (choice === null ? expression : `group by (${choice[2]}) (${choice[1]})`)
    .replaceAll('$__rate_interval', '5m')
    .replaceAll('$__range', '5m')
    .replace(/\$\w+/g, '.*');
  return filled;
}

/** Alerts on what is missing: here nothing is. promtool tests them, in slo-rules.test.ts. */
const ON_ABSENCE = ['SloDataAbsent', 'MeterbookReportsMissing'];

interface RuleJson {
  readonly record?: string;
  readonly alert?: string;
  readonly expr: string;
}

const allRules = rules.flatMap(({ path, content }: Artefact) =>
  (parse(content) as { groups: { rules: RuleJson[] }[] }).groups.flatMap((group) =>
    group.rules.map((rule) => ({ path, name: rule.record ?? rule.alert ?? '', ...rule })),
  ),
);
const recorded = new Set(allRules.flatMap(({ record }) => (record === undefined ? [] : [record])));

describe('in a real Prometheus', () => {
  it('every expression of every rule gives data', async () => {
    expect(allRules.length).toBeGreaterThan(400);
    const silent: string[] = [];
    for (const { name, expr } of allRules.filter(({ name }) => !ON_ABSENCE.includes(name))) {
      if ((await prometheus.query(expr)).length === 0) silent.push(`${name}: ${expr}`);
    }
    expect(silent).toEqual([]);
  });

  it('every recording rule has recorded, and every burn-rate alert fires', async () => {
    const silent: string[] = [];
    for (const record of recorded) {
      if ((await prometheus.query(record)).length === 0) silent.push(record);
    }
    expect(silent).toEqual([]);
    const fired = await prometheus.query('count by (slo) (ALERTS{alertname="SloBudgetBurn"})');
    expect(Object.fromEntries(fired.map(({ labels, value }) => [labels['slo'], value]))).toEqual({
      fastFirstToken: 4,
      fastRequests: 4,
      smallBaskets: 1,
    });
  });

  it('every expression of every dashboard gives data', async () => {
    const silent: string[] = [];
    let count = 0;
    for (const { path, content } of dashboards) {
      for (const expression of expressionsOf(JSON.parse(content))) {
        count += 1;
        const samples = await prometheus.query(asked(expression));
        const numbers = samples.filter(({ value }) => !Number.isNaN(value));
        if (numbers.length === 0) silent.push(`${path}: ${expression}`);
      }
    }
    expect(count).toBeGreaterThan(200);
    expect(silent).toEqual([]);
  });

  it('every name in them is one that the registry declares', () => {
    const expressions = [
      ...allRules.map(({ expr }) => expr),
      ...dashboards.flatMap(({ content }) => expressionsOf(JSON.parse(content))),
    ];
    const complaints = expressions.flatMap((expression) =>
      undeclared(expression, manifests, 'plain', recorded).map((it) => `${it}: ${expression}`),
    );
    expect(complaints).toEqual([]);
  });
});
