import { describe, expect, it } from 'vitest';
import { agentMetrics } from '../../src/agent/index.js';
import { type Finding, lintManifests, unusedFindings } from '../../src/artefacts/index.js';
import type { InstrumentDeclarations, Manifest, SloDeclarations } from '../../src/declare/index.js';
import { attr, buckets, counter, defineRegistry, gauge, histogram, slo } from '../../src/index.js';
import { untyped } from '../support/hostile.js';
import { changed } from './support/registries.js';

const manifestOf = (
  instruments: InstrumentDeclarations,
  slos: SloDeclarations = {},
  name = 'service',
) => defineRegistry({ scope: { name }, instruments, slos: untyped<never>(slos) }).manifest();

const description = 'What it is.';
const calls = (name: string, attributes = {}) =>
  counter({ name, unit: '{call}', description, attributes });
const took = (name: string, boundaries = [1, 2, 3], attributes = {}) =>
  histogram({ name, unit: 's', description, buckets: buckets.explicit(boundaries), attributes });

const rulesOf = (findings: readonly Finding[]) =>
  findings.map(({ rule, severity, instrument }) => `${severity} ${rule} ${instrument}`);
const lint = (...manifests: Manifest[]) => rulesOf(lintManifests(manifests));

describe('lint', () => {
  it('has nothing against the standard registry', () => {
    expect(lint(agentMetrics.manifest())).toEqual([]);
  });

  it.each([
    ['Agent.Calls', ['warning name-style Agent.Calls']],
    ['agent-calls', ['warning name-style agent-calls']],
    ['agent/calls', ['warning name-style agent/calls']],
    ['agent..calls', ['warning name-style agent..calls']],
    ['agent.calls_2', []],
    ['job.duration_seconds', ['warning unit-in-name job.duration_seconds']],
    ['job.duration.ms', ['warning unit-in-name job.duration.ms']],
    ['seconds.of.rest', []],
    ['calls.total', ['warning prometheus-suffix calls.total']],
    ['build.info', ['warning prometheus-suffix build.info']],
    ['total.calls', []],
    ['connection.count', []],
  ])('the name %s: %j', (name, expected) => {
    expect(lint(manifestOf({ it: calls(name) }))).toEqual(expected);
  });

  it('keys, descriptions and bounds', () => {
    const attributes = {
      modelName: attr.oneOf('a'),
      id: attr.int().optional(),
      ok: attr.boolean(),
      user: attr.string(),
    };
    const of = { it: counter({ name: 'calls', unit: '1', description: ' ', attributes }) };
    expect(lintManifests([manifestOf(of)]).map((it) => [it.rule, it.message])).toEqual([
      ['name-style', 'The attribute key "modelName" is not written as OpenTelemetry writes names.'],
      ['missing-description', 'It has no description.'],
      ['unbounded-attribute', 'The attribute "id" may have any number of values.'],
      ['unbounded-attribute', 'The attribute "user" may have any number of values.'],
    ]);
  });

  it('more series than the limit is an error', () => {
    const manifest = manifestOf({
      it: counter({
        name: 'calls',
        unit: '1',
        description,
        maxSeries: 20_000,
        attributes: { a: attr.string({ maxValues: 20_000 }) },
      }),
    });
    expect(lint(manifest)).toEqual(['error worst-case-series calls']);
    expect(lintManifests([manifest], { maxSeries: 20_001 })).toEqual([]);
    expect(lintManifests([manifest], { maxSeries: 20_000 })).toHaveLength(1);
  });

  it('what Prometheus cannot tell apart is an error', () => {
    expect(lint(manifestOf({ a: calls('job.calls'), b: calls('job_calls') }))).toEqual([
      'error prometheus-collision job_calls',
    ]);
    const level = gauge({ name: 'job.time.count', unit: '{job}', description });
    expect(lint(manifestOf({ a: took('job.time'), b: level }))).toEqual([
      'error prometheus-collision job.time.count',
    ]);
    const plain = gauge({ name: 'job_time_seconds_count', unit: '{job}', description });
    expect(lint(manifestOf({ a: took('job.time'), b: plain }))).toEqual([
      'error prometheus-collision job_time_seconds_count',
    ]);
    const former = counter({
      name: 'x',
      unit: '{call}',
      description,
      renamedFrom: { name: 'job_calls', until: '2027-01-01' },
    });
    expect(lint(manifestOf({ a: calls('job.calls'), b: former }))).toEqual([
      'error prometheus-collision job_calls',
    ]);
  });

  it('one name in two registries is an error where the data differ', () => {
    const one = manifestOf({ a: calls('calls') }, {}, 'one');
    expect(lint(one, manifestOf({ a: calls('calls') }, {}, 'two'))).toEqual([]);
    const other = gauge({ name: 'calls', unit: '{call}', description });
    const total = gauge({ name: 'calls_total', unit: '1', description });
    expect(lint(one, manifestOf({ a: other }, {}, 'two'))).toEqual([]);
    expect(lint(one, manifestOf({ a: total }, {}, 'two'))).toContain(
      'error prometheus-collision calls_total',
    );
  });

  it('labels that meet, or that Prometheus needs itself', () => {
    const set = attr.oneOf('x').optional();
    expect(lint(manifestOf({ a: calls('a', { 'a.b': set, a_b: set }) }))).toEqual([
      'error label-collision a',
    ]);
    expect(
      lint(manifestOf({ a: took('a', [1], { le: set }), b: calls('b', { le: set, job: set }) })),
    ).toEqual(['error reserved-label a', 'warning reserved-label b']);
  });

  it('buckets that do not cover an objective', () => {
    const of = (threshold: number) =>
      slo({ instrument: 'it', objective: 0.9, threshold, window: '30d' });
    const manifest = (threshold: number) => manifestOf({ it: took('it') }, { fast: of(threshold) });
    expect(lint(manifest(2))).toEqual([]);
    expect(lint(manifest(3))).toEqual(['warning slo-buckets it']);
    expect(lint(manifest(1))).toEqual(['warning slo-buckets it']);
    expect(lint(changed(manifest(2), 'it', { boundaries: [1, 3] }))).toEqual([
      'error slo-buckets it',
    ]);
    const base2 = histogram({ name: 'it', unit: 's', description, buckets: buckets.base2() });
    expect(lint(manifestOf({ it: base2 }, { fast: of(2) }))).toEqual([]);
  });

  it('a factor the wrong way round', () => {
    const of = (unit: 's' | 'By', former: 'ms' | 'kBy', factor: number) =>
      manifestOf({
        it: counter({
          name: 'it',
          unit,
          description,
          renamedFrom: { name: 'was', until: '2027-01-31', unit: former, factor },
        }),
      });
    expect(lint(of('s', 'ms', 1_000))).toEqual([]);
    expect(lint(of('s', 'ms', 0.001))).toEqual(['error rename-factor it']);
    expect(lint(of('By', 'kBy', 5))).toEqual([]);
  });

  it('names errors before warnings, and what to do about each', () => {
    const findings = lintManifests([
      manifestOf({
        a: calls('A', { x: attr.string() }),
        b: took('b', [1], { le: attr.boolean() }),
      }),
    ]);
    expect(findings.map(({ severity }) => severity)).toEqual(['error', 'warning', 'warning']);
    for (const { message, fix, scope } of findings) {
      expect(message).toMatch(/^\w.*\.$/);
      expect(fix).toMatch(/^\w.*\.$/);
      expect(scope).toBe('service');
    }
  });
});

describe('what has never been seen', () => {
  const manifest = manifestOf({
    calls: calls('calls', {
      'gen.kind': attr.oneOf('a', 'b', '_OTHER'),
      model: attr.string().optional(),
    }),
    unseen: calls('unseen', { kind: attr.oneOf('a') }),
  });
  const unused = (labels: Readonly<Record<string, readonly string[]>>) =>
    unusedFindings([manifest], (_, name) =>
      name === 'calls'
        ? new Map(Object.entries(labels).map(([key, values]) => [key, new Set(values)]))
        : undefined,
    ).map(({ rule, instrument, message }) => `${rule} ${instrument}: ${message}`);

  it('is named: instruments, attributes, values', () => {
    expect(unused({ gen_kind: ['a', '_OTHER'], instance: [] })).toEqual([
      'unused-value calls: Values of "gen.kind" that have never been seen: "b".',
      'unused-attribute calls: The attribute "model" has never been seen.',
      'unused-instrument unseen: It has never been seen.',
    ]);
    expect(unused({ gen_kind: ['a', 'b'], model: [] })).toHaveLength(1);
  });

  it('is not known where there is an overflow series', () => {
    expect(unused({ gen_kind: ['a'], otel_metric_overflow: [] })).toEqual([
      'unused-instrument unseen: It has never been seen.',
    ]);
  });
});
