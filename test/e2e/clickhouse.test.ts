import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Question } from '../../src/artefacts/index.js';
import { clickhouseArtefacts, clickhouseBackend } from '../../src/artefacts/index.js';
import {
  attr,
  buckets,
  counter,
  declareRegistry,
  histogram,
  type ManifestInstrument,
  slo,
  toManifest,
} from '../../src/declare/index.js';
import { agentInstruments } from '../../src/standard/index.js';
import { type Engine, startEngine } from './support/chdb.js';
import { startClickHouseCollector } from './support/clickhouse-collector.js';
import { type ClickHouseServer, serveClickHouse } from './support/clickhouse-http.js';
import { everyQuestion, grafanaText, statementsOf } from './support/clickhouse-texts.js';
import { measured, perGroup, quantileOf, type Span, tolerance } from './support/measured.js';
import { type Ledger, SERVICES, twoLives } from './support/two-lives.js';

/** Everything that could end a string, a name, a comment or a statement, or start a macro. */
const HOSTILE = `it's "x" \`y\` \\ $__fromTime \${service} [[service]] {from:DateTime} -- /* ; \n;\n DROP`;

const declaration = declareRegistry({
  scope: { name: HOSTILE },
  instruments: {
    ...agentInstruments,
    oddSize: histogram({
      name: 'odd.size',
      unit: 'By',
      description: HOSTILE,
      buckets: buckets.base2(),
      attributes: { [HOSTILE]: attr.string(), value: attr.oneOf(HOSTILE, 'plain') },
    }),
    oddEvents: counter({
      name: 'odd.events',
      unit: '{event}',
      description: HOSTILE,
      attributes: { time: attr.string().optional(), [HOSTILE]: attr.boolean() },
    }),
  },
  slos: {
    fastFirstToken: slo({
      instrument: 'jobTimeToFirstToken',
      objective: 0.99,
      threshold: 2.56,
      window: '30d',
      description: HOSTILE,
    }),
  },
});
const manifests = [toManifest(declaration)];
const instruments = toManifest(declaration).instruments;
const counted = instruments.filter(({ kind }) =>
  /^(histogram|counter|observableCounter)$/.test(kind),
);
const histograms = instruments.filter(({ kind }) => kind === 'histogram');
const artefacts = clickhouseArtefacts(manifests);
const services = Object.values(SERVICES);
const STEP = 60;

let engine: Engine;
let server: ClickHouseServer;
let ledger: Ledger;

beforeAll(async () => {
  engine = startEngine();
  server = await serveClickHouse(engine);
  const collector = await startClickHouseCollector(server.url, 'otel');
  const views = artefacts.find(({ path }) => path === 'clickhouse/views.sql');
  for (const { sql } of statementsOf(views?.content ?? '')) engine.run(sql);
  ledger = await twoLives(declaration, (metrics) => collector.send(metrics));
  await collector.stop();
}, 120_000);

afterAll(async () => {
  await server?.close();
  engine?.stop();
});

/** Everything, and what begins within the first life and ends within the second. */
function spans(): readonly Span[] {
  const { start, restart, end } = ledger;
  return [
    { from: start, to: end },
    { from: restart - 300, to: restart + 300 },
  ];
}

type Row = Readonly<Record<string, string | number | null>>;

/** Asks as Grafana does, its macros replaced. */
function ask(
  question: Question,
  service: string,
  { from, to }: Span,
  database = 'otel',
): readonly Row[] {
  const sql = clickhouseBackend({ database }).query(question);
  return engine.rows<Row>(grafanaText(sql, { service, from, to, step: STEP }));
}

function groups(rows: readonly Row[], by: readonly string[]): ReadonlyMap<string, number> {
  const reserved = new Map([
    ['time', 'time (attribute)'],
    ['value', 'value (attribute)'],
  ]);
  return new Map(
    rows.map((row) => [
      JSON.stringify(by.map((key) => row[reserved.get(key) ?? key])),
      Number(row['value']),
    ]),
  );
}

function withoutZeros(sums: ReadonlyMap<string, number>): ReadonlyMap<string, number> {
  return new Map([...sums].filter(([, sum]) => sum !== 0).sort());
}

const keysOf = ({ attributes }: ManifestInstrument): readonly string[] =>
  attributes.map(({ key }) => key);

describe('the tables', () => {
  it('are the exporter’s own, filled by the exporter', () => {
    const made = server.statements.filter((it) => it.startsWith('CREATE TABLE'));
    expect(made).toHaveLength(5);
    for (const table of ['sum', 'gauge', 'histogram', 'exponential_histogram'])
      expect(
        server.statements.some((it) => it.includes(`INSERT INTO "otel"."otel_metrics_${table}"`)),
      ).toBe(true);
  });
});

describe.each(services)('%s', (service) => {
  it('counts equal the ledger, by every attribute', () => {
    for (const span of spans()) {
      for (const instrument of counted) {
        const by = keysOf(instrument);
        const isCounter = instrument.kind !== 'histogram';
        const expected = perGroup(measured(ledger, instrument.name, span), by, (it) =>
          isCounter ? it.value : 1,
        );
        expect(expected.size, instrument.name).toBeGreaterThan(0);
        const rows = ask({ ask: 'total', instrument, by }, service, span);
        expect(withoutZeros(groups(rows, by)), instrument.name).toEqual(withoutZeros(expected));
      }
    }
  });

  it('sums equal the ledger', () => {
    for (const span of spans()) {
      for (const instrument of histograms) {
        const expected = perGroup(measured(ledger, instrument.name, span), [], (it) => it.value);
        expect(
          groups(ask({ ask: 'amount', instrument }, service, span), []),
          instrument.name,
        ).toEqual(expected);
      }
    }
  });

  it('rates over time add up to the ledger', () => {
    for (const instrument of counted) {
      const span = spans()[1] as Span;
      const isCounter = instrument.kind !== 'histogram';
      const total = perGroup(measured(ledger, instrument.name, span), [], (it) =>
        isCounter ? it.value : 1,
      );
      const rows = ask({ ask: 'rate', instrument }, service, span);
      expect(rows.length).toBeGreaterThan(5);
      const sum = rows.reduce((all, row) => all + Number(row['value']) * STEP, 0);
      expect(sum).toBeCloseTo(total.get('[]') ?? 0, 6);
    }
  });

  it('percentiles are within a bucket of the truth', () => {
    for (const span of spans()) {
      for (const instrument of histograms) {
        const values = measured(ledger, instrument.name, span).map((it) => it.value);
        for (const quantile of [0.01, 0.5, 0.9, 0.99, 1]) {
          const [row] = ask({ ask: 'quantileOfAll', quantile, instrument }, service, span);
          const truth = quantileOf(values, quantile);
          const off = Math.abs(Number(row?.['value']) - truth);
          expect(off, `${instrument.name} ${quantile}`).toBeLessThanOrEqual(
            tolerance(instrument, truth) * (1 + 1e-9),
          );
        }
      }
    }
  });

  it('heat maps have every measurement in its bucket', () => {
    for (const instrument of histograms) {
      const span = spans()[1] as Span;
      const rows = ask({ ask: 'heatmap', instrument }, service, span);
      const all = rows.reduce((sum, row) => sum + Number(row['value']), 0);
      expect(all).toBe(measured(ledger, instrument.name, span).length);
      if (instrument.boundaries === undefined) continue;
      const bound = instrument.boundaries[4] as number;
      const below = rows.filter((row) => row['le'] !== null && Number(row['le']) <= bound);
      const expected = measured(ledger, instrument.name, span).filter((it) => it.value <= bound);
      expect(below.reduce((sum, row) => sum + Number(row['value']), 0)).toBe(expected.length);
    }
  });
});
