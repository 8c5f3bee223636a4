import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Question } from '../../src/artefacts/index.js';
import {
  clickhouseArtefacts,
  clickhouseBackend,
  grafanaArtefacts,
} from '../../src/artefacts/index.js';
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
import { hostile } from '../artefacts/support/shop.js';
import { type Engine, startEngine } from './support/chdb.js';
import {
  type ClickHouseCollector,
  startClickHouseCollector,
} from './support/clickhouse-collector.js';
import { type ClickHouseServer, serveClickHouse } from './support/clickhouse-http.js';
import { everyQuestion, grafanaText, statementsOf } from './support/clickhouse-texts.js';
import {
  groupOf,
  measured,
  perGroup,
  quantileOf,
  type Span,
  tolerance,
} from './support/measured.js';
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
let collector: ClickHouseCollector;
let ledger: Ledger;

beforeAll(async () => {
  engine = startEngine();
  server = await serveClickHouse(engine);
  collector = await startClickHouseCollector(manifests, server, engine);
  const views = artefacts.find(({ path }) => path === 'clickhouse/views.sql');
  for (const { sql } of statementsOf(views?.content ?? '')) engine.run(sql);
  ledger = await twoLives(declaration, (metrics) => collector.send(metrics));
  await collector.settled();
}, 180_000);

afterAll(async () => {
  await collector?.stop();
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

interface DashboardQueries {
  readonly panels: readonly {
    readonly targets?: readonly { readonly rawSql: string }[];
  }[];
}

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

  it('the share of errors of an objective is that of the ledger', () => {
    const [objective] = toManifest(declaration).slos;
    const instrument = instruments.find(({ property }) => property === objective?.instrument);
    if (objective === undefined || instrument === undefined) throw new Error('no objective');
    const of = { scope: declaration.scope.name, slo: objective, instrument };
    const { start, end } = ledger;
    const last = (question: Question): number =>
      Number(ask(question, service, { from: start, to: end }).at(-1)?.['value']);
    const errors = (span: Span): number => {
      const all = measured(ledger, instrument.name, span);
      return all.filter(({ value }) => value > objective.threshold).length / all.length;
    };
    const ever = errors({ from: start, to: end });
    expect(ever).toBeGreaterThan(0.05);
    expect(last({ ask: 'sloErrors', slo: of, window: '30d' })).toBeCloseTo(ever, 9);
    expect(last({ ask: 'sloBudgetLeft', slo: of })).toBeCloseTo(1 - ever / 0.01, 9);
    // The minutes of the last point and of the four before.
    const told = measured(ledger, instrument.name, { from: start, to: end }).at(-1)?.toldAt ?? 0;
    const from = Math.floor(told / 60) * 60 - 4 * 60 - 1;
    const recent = errors({ from, to: end });
    expect(last({ ask: 'sloBurnRate', slo: of, window: '5m' })).toBeCloseTo(recent / 0.01, 9);
  });

  it('levels are what the last process told last', () => {
    const { restart, end } = ledger;
    const span = { from: restart, to: end };
    for (const instrument of instruments.filter(({ kind }) => /gauge/i.test(kind))) {
      const lastOf = new Map(
        measured(ledger, instrument.name, span).map((it) => [groupOf(it, keysOf(instrument)), it]),
      );
      const rows = ask({ ask: 'level', across: 'sum', instrument }, service, span);
      // Every series told something in the last minutes or tells its last value at each collection.
      const told = [...lastOf.values()].reduce((sum, { value }) => sum + value, 0);
      if (service === SERVICES.cumulative)
        expect(Number(rows.at(-1)?.['value']), instrument.name).toBe(told);
      else expect(rows.length, instrument.name).toBeGreaterThan(0);
    }
    for (const instrument of instruments.filter(({ kind }) => kind === 'upDownCounter')) {
      const added = perGroup(measured(ledger, instrument.name, span), [], (it) => it.value);
      const rows = ask({ ask: 'level', across: 'sum', instrument }, service, span);
      expect(Number(rows.at(-1)?.['value']), instrument.name).toBe(added.get('[]'));
    }
  });

  it('every statement of every file gives rows', () => {
    const { start, end } = ledger;
    const parameters = { service, from: start, to: end, step: STEP };
    const files = artefacts.filter(({ path }) => path !== 'clickhouse/views.sql');
    expect(files).toHaveLength(9);
    for (const { path, content } of files) {
      const statements = statementsOf(content);
      expect(statements.length).toBeGreaterThan(0);
      for (const { sql, title } of statements)
        expect(engine.rows(sql, parameters).length, `${path} ${title}`).toBeGreaterThan(0);
    }
  });

  it('every question of a dashboard gives rows, with "All" and with values picked', () => {
    const { start, end } = ledger;
    const backend = clickhouseBackend();
    const state = { service, from: start, to: end, step: STEP };
    for (const question of everyQuestion(manifests)) {
      const sql = backend.query(question);
      const name = JSON.stringify(question).slice(0, 120);
      expect(engine.rows(grafanaText(sql, state)).length, name).toBeGreaterThan(0);
      const nobody = { ...state, picked: { picked: ["nobody's"] } };
      if (!sql.includes('${picked:')) continue;
      expect(groupsThere(engine.rows<Row>(grafanaText(sql, nobody))), name).toBe(0);
    }
  });

  it('every query of the dashboards for Grafana gives rows, in the order of time', () => {
    const { start, end } = ledger;
    const state = { service, from: start, to: end, step: STEP };
    const dashboards = grafanaArtefacts(manifests, { backends: [clickhouseBackend()] });
    expect(dashboards.length).toBeGreaterThan(4);
    for (const { path, content } of dashboards) {
      const { panels } = JSON.parse(content) as DashboardQueries;
      const targets = panels.flatMap(({ targets = [] }) => targets);
      expect(targets.length, path).toBeGreaterThan(0);
      for (const { rawSql } of targets) {
        const rows = engine.rows<Row>(grafanaText(rawSql, state));
        // Nobody sent what a pipeline tells of itself: it is enough that the query is understood.
        if (path.endsWith('/pipeline.json')) continue;
        expect(rows.length, `${path}: ${rawSql}`).toBeGreaterThan(0);
        const times = rows.map((row) => String(row['time'] ?? ''));
        expect(times, `${path}: ${rawSql}`).toEqual([...times].sort());
      }
    }
  });

  it.each([
    ['hourly', 3_600],
    ['daily', 86_400],
  ])('%s roll-ups equal the ledger, period by period', (name, seconds) => {
    const parameters = { service };
    const sql = (kind: string, columns: string): string =>
      `SELECT MetricName AS metric, toUnixTimestamp(Period) AS period, ${columns} FROM otel.meterbook_${kind}_${name} WHERE ServiceName = {service:String} GROUP BY MetricName, Period`;
    type Rolled = Row & { readonly metric: string; readonly period: number };
    const told = ({ metric, period }: Rolled) =>
      measured(ledger, metric, { from: Number(period) - 1, to: Number(period) + seconds - 1 });
    const values = (row: Rolled) => told(row).map(({ value }) => value);
    const sum = (numbers: readonly number[]) => numbers.reduce((all, it) => all + it, 0);

    const counters = engine.rows<Rolled>(sql('sum', 'sum(Value) AS value'), parameters);
    const names = counted.filter(({ kind }) => kind !== 'histogram').map((it) => it.name);
    expect(new Set(counters.map(({ metric }) => metric))).toEqual(new Set(names));
    expect(new Set(counters.map(({ period }) => period)).size).toBe(2);
    for (const row of counters) expect(row['value'], row.metric).toBe(sum(values(row)));

    const columns = 'sum(Count) AS count, sum(Sum) AS sum, sumForEach(Buckets) AS buckets';
    const rolled = engine.rows<Rolled & { readonly buckets: readonly number[] }>(
      sql('histogram', columns),
      parameters,
    );
    const explicit = histograms.filter(({ boundaries }) => boundaries !== undefined);
    expect(rolled).toHaveLength(explicit.length * 2);
    for (const row of rolled) {
      expect(Number(row['count']), row.metric).toBe(values(row).length);
      expect(row['sum'], row.metric).toBe(sum(values(row)));
      const { boundaries = [] } = explicit.find((it) => it.name === row.metric) ?? {};
      const inBucket = [...boundaries, Number.POSITIVE_INFINITY].map(
        (bound, at) =>
          values(row).filter((it) => it <= bound && it > (boundaries[at - 1] ?? -1)).length,
      );
      expect(row.buckets.map(Number), row.metric).toEqual(inBucket);
    }
  });

  it('counts the same in tables that an older exporter made, with times in nanoseconds', () => {
    for (const table of ['sum', 'histogram', 'exponential_histogram'])
      asBefore(`otel_metrics_${table}`);
    for (const instrument of counted) {
      const span = spans()[1] as Span;
      const by = keysOf(instrument);
      const question: Question = { ask: 'total', instrument, by };
      const before = ask(question, service, span, 'before');
      expect(before.length).toBeGreaterThan(0);
      expect(before, instrument.name).toEqual(ask(question, service, span));
    }
  });
});

describe('the documentation', () => {
  it('has SQL that runs', () => {
    const page = readFileSync(new URL('../../docs/clickhouse.md', import.meta.url), 'utf8');
    const blocks = [...page.matchAll(/^```sql\n([\s\S]*?)^```/gm)].map(([, sql = '']) => sql);
    expect(blocks.length).toBeGreaterThan(0);
    for (const sql of blocks) {
      const [row] = engine.rows<Row>(sql.replaceAll('support-agent', SERVICES.delta));
      expect(Number(row?.['requests'])).toBeGreaterThan(0);
      expect(Number(row?.['mean_seconds'])).toBeGreaterThan(0);
    }
  });

  it('has example queries in the catalogue that run', () => {
    const page = readFileSync(new URL('../../docs/catalogue.md', import.meta.url), 'utf8');
    const blocks = [...page.matchAll(/^```sql\n([\s\S]*?)^```/gm)].map(([, sql = '']) => sql);
    expect(blocks.length).toBeGreaterThan(30);
    for (const sql of blocks) engine.rows(sql.replaceAll('FROM otel_', 'FROM otel.otel_'));
  });
});

describe('the hostile registry', () => {
  it('gives statements that run and touch nothing', () => {
    const tables = () =>
      engine.rows(
        `SELECT name, total_rows FROM system.tables WHERE database = 'otel' AND name NOT LIKE 'hostile%' ORDER BY name`,
      );
    const before = tables();
    const span = { from: ledger.start, to: ledger.end };
    const parameters = { service: HOSTILE, ...span, step: STEP };
    for (const { path, content } of clickhouseArtefacts([hostile.manifest()], {
      prefix: 'hostile_',
    })) {
      for (const { sql } of statementsOf(content)) {
        if (path.endsWith('/views.sql')) engine.run(sql);
        else engine.rows(sql, parameters);
      }
    }
    for (const question of everyQuestion([hostile.manifest()])) {
      const sql = clickhouseBackend().query(question);
      for (const picked of [{}, { picked: ["it's"] }])
        engine.rows(grafanaText(sql, { service: "it's", ...span, step: STEP, picked }));
    }
    expect(tables()).toEqual(before);
  });
});

describe('totals of a source that keeps its start time when it begins again', () => {
  it('begin again from zero, in queries over any span', () => {
    const [instrument] = counted.filter(({ kind }) => kind === 'counter');
    if (instrument === undefined) throw new Error('no counter');
    const from = ledger.start - 30 * 86_400;
    const points = [5, 9, 9, 2, 6];
    const rows = points.map(
      (value, at) =>
        `('careless', '${instrument.name}', map('service.name', 'careless'), map(), ${from - 600}, ${from + at * 60}, ${value}, 2, true)`,
    );
    engine.run(
      `INSERT INTO otel.otel_metrics_sum (ServiceName, MetricName, ResourceAttributes, Attributes, StartTimeUnix, TimeUnix, Value, AggregationTemporality, IsMonotonic) VALUES ${rows.join(', ')}`,
    );
    const total = (span: Span): number =>
      Number(ask({ ask: 'total', instrument }, 'careless', span)[0]?.['value']);
    // The first total counts whole: 5, then 4 and 0, then 2 from zero, and 4.
    expect(total({ from: from - 60, to: from + 240 })).toBe(15);
    expect(total({ from, to: from + 240 })).toBe(10);
    expect(total({ from: from + 60, to: from + 180 })).toBe(2);
  });
});

/** Groups with anything in them: without `by`, a sum of nothing is a row of 0. */
function groupsThere(rows: readonly Row[]): number {
  return rows.filter((row) => row['value'] !== 0 && row['value'] !== '0' && row['value'] !== null)
    .length;
}

/**
 * Copies a table into the database `before`, with the types and the order that the exporter gave it
 * up to 2025. Source: clickhouseexporter v0.130.0, `internal/sqltemplates`.
 */
function asBefore(table: string): void {
  engine.run('CREATE DATABASE IF NOT EXISTS before');
  const [made] = engine.rows<{ readonly statement: string }>(`SHOW CREATE TABLE otel.${table}`);
  const statement = (made?.statement ?? '')
    .replace(`CREATE TABLE otel.${table}`, `CREATE TABLE IF NOT EXISTS before.${table}`)
    .replace(/`(StartTimeUnix|TimeUnix)` DateTime CODEC/g, '`$1` DateTime64(9) CODEC')
    .replace('`MetricName` LowCardinality(String)', '`MetricName` String')
    .replace(/INDEX idx_time_minmax[^\n]*\n/, '')
    .replace(/,\s*\)\s*ENGINE/, '\n) ENGINE')
    .replace(
      /ORDER BY .*/,
      'ORDER BY (ServiceName, MetricName, Attributes, toUnixTimestamp64Nano(TimeUnix))',
    );
  expect(statement).toContain('DateTime64(9)');
  engine.run(statement);
  const [{ rows } = { rows: 0 }] = engine.rows<{ readonly rows: number | string }>(
    `SELECT count() AS rows FROM before.${table}`,
  );
  if (Number(rows) === 0) engine.run(`INSERT INTO before.${table} SELECT * FROM otel.${table}`);
}
