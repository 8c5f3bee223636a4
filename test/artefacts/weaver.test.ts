import { describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { agentMetrics } from '../../src/agent/index.js';
import { weaverArtefacts } from '../../src/artefacts/index.js';
import type { Manifest } from '../../src/declare/index.js';
import { attr, counter, defineRegistry } from '../../src/index.js';
import { everyKind, hostile, NASTY } from './support/registries.js';

interface Group {
  readonly id: string;
  readonly type: string;
  readonly brief: string;
  readonly stability?: string;
  readonly metric_name?: string;
  readonly instrument?: string;
  readonly unit?: string;
  readonly attributes?: readonly Readonly<Record<string, unknown>>[];
  readonly [key: string]: unknown;
}

function read(manifests: readonly Manifest[]) {
  const files = new Map(weaverArtefacts(manifests).map((it) => [it.path, it.content]));
  const groups = (path: string) => (parse(files.get(path) ?? '') as { groups: Group[] }).groups;
  return {
    files,
    manifest: parse(files.get('weaver/manifest.yaml') ?? ''),
    attributes: groups('weaver/attributes.yaml'),
    metrics: groups('weaver/metrics.yaml'),
  };
}

const INSTRUMENTS = ['counter', 'updowncounter', 'gauge', 'histogram'];
const TYPES = ['string', 'int', 'boolean'];

/** What Weaver's definition language asks of a registry. */
function expectWellFormed({ manifest, attributes, metrics }: ReturnType<typeof read>): void {
  expect(manifest.schema_url).toMatch(/^https:\/\/[^/ ]+\/[^ ]*\/[^/ ]+$/);
  const [group] = attributes;
  expect(attributes).toHaveLength(1);
  expect(group).toMatchObject({ type: 'attribute_group', brief: expect.any(String) });
  const ids = (group?.attributes ?? []).map((it) => it['id']);
  expect(new Set(ids).size).toBe(ids.length);
  for (const it of group?.attributes ?? []) {
    expect(it).toMatchObject({ stability: 'development', brief: expect.any(String) });
    const { type } = it as { type: string | { members: { id: string; value: string }[] } };
    if (typeof type === 'string') expect(TYPES).toContain(type);
    if (type === 'string') expect(it['examples']).toEqual([expect.any(String)]);
    if (typeof type !== 'string') {
      const names = type.members.map(({ id }) => id);
      expect(new Set(names).size).toBe(names.length);
      for (const name of names) expect(name).toMatch(/^[a-z][a-z0-9_]*$/);
    }
  }
  const groupIds = metrics.map(({ id }) => id);
  expect(new Set(groupIds).size).toBe(groupIds.length);
  for (const it of metrics) {
    expect(it).toMatchObject({ type: 'metric', id: `metric.${it.metric_name}` });
    expect(it).toMatchObject({ stability: 'development', unit: expect.any(String) });
    expect(it.brief).not.toBe('');
    expect(INSTRUMENTS).toContain(it.instrument);
    for (const attribute of it.attributes ?? []) {
      expect(ids).toContain(attribute['ref']);
      expect(['required', 'recommended']).toContain(attribute['requirement_level']);
    }
  }
}

describe("Weaver's registry", () => {
  it.each([
    ['every kind', [everyKind]],
    ['the standard registry', [agentMetrics.manifest()]],
    ['two registries', [everyKind, agentMetrics.manifest()]],
    ['the same twice', [everyKind, everyKind]],
    ['hostile declarations', [hostile]],
  ])('is well formed: %s', (_, manifests) => expectWellFormed(read(manifests)));

  it('has every instrument as a metric, the former name as one that is deprecated', () => {
    const { metrics } = read([everyKind]);
    expect(metrics.map((it) => [it.metric_name, it.instrument, it.unit])).toEqual([
      ['job.latency', 'histogram', 's'],
      ['task.latency', 'histogram', 'ms'],
      ['smooth', 'histogram', 'By'],
      ['calls', 'counter', '{call}'],
      ['active', 'updowncounter', '{job}'],
      ['depth', 'gauge', '{item}'],
      ['ready', 'gauge', '1'],
    ]);
    expect(metrics[0]).toEqual({
      id: 'metric.job.latency',
      type: 'metric',
      metric_name: 'job.latency',
      stability: 'development',
      brief: 'How long a job took.',
      instrument: 'histogram',
      unit: 's',
      attributes: [
        {
          ref: 'model',
          requirement_level: 'recommended',
          annotations: { meterbook: { max_values: 50, from_context: true } },
        },
        {
          ref: 'kind',
          requirement_level: 'required',
          annotations: { meterbook: { values: ['chat', 'embeddings'] } },
        },
      ],
      annotations: {
        meterbook: {
          kind: 'histogram',
          boundaries: [0.1, 1, 10],
          max_series: 500,
          idle_seconds: 60,
          sample_one_in: 10,
        },
      },
    });
    expect(metrics[1]?.['deprecated']).toEqual({
      reason: 'renamed',
      renamed_to: 'job.latency',
      note: 'Exported under both names until 2027-01-31.',
    });
  });

  it('defines an attribute of several instruments once, with the values of all', () => {
    const scope = { name: 'one' };
    const of = (name: string, attribute: ReturnType<typeof attr.oneOf>) =>
      counter({ name, unit: '1', attributes: { kind: attribute, model: attr.string() } });
    const manifest = defineRegistry({
      scope,
      instruments: { a: of('a', attr.oneOf('x', 'X y')), b: of('b', attr.oneOf('x', 'x-y', '1')) },
    }).manifest();
    const [group] = read([manifest]).attributes;
    expect(group?.attributes).toEqual([
      {
        id: 'kind',
        type: {
          members: [
            ['x', 'x'],
            ['x_y', 'X y'],
            ['x_y_2', 'x-y'],
            ['v_1', '1'],
          ].map(([id, value]) => ({ id, value, stability: 'development' })),
        },
        stability: 'development',
        brief: 'Attribute of a, b.',
      },
      {
        id: 'model',
        type: 'string',
        stability: 'development',
        brief: 'Attribute of a, b.',
        examples: ['_OTHER'],
      },
    ]);
  });

  it('takes a URL of yours, and escapes what is in the placeholder', () => {
    const [file] = weaverArtefacts([everyKind], { schemaUrl: 'https://example.com/s/1.0.0' });
    expect(parse(file?.content ?? '').schema_url).toBe('https://example.com/s/1.0.0');
    expect(read([everyKind]).manifest.schema_url).toBe(
      'https://example.invalid/schemas/service/1.2.3',
    );
  });

  it('keeps every hostile text as a value, in one document', () => {
    const { files, metrics, attributes } = read([hostile]);
    for (const content of files.values()) expect(parseAllDocuments(content)).toHaveLength(1);
    expect(metrics[0]?.brief).toBe(NASTY);
    expect(attributes[0]?.attributes?.[0]?.['id']).toBe(NASTY);
  });
});
