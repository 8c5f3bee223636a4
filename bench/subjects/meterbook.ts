import type { AttributeDeclaration, Attributes as LiveAttributes } from '../../src/index.js';
import { attr, buckets, counter, defineRegistry, histogram } from '../../src/index.js';
import { coreOf, takeExemplars } from '../../src/otel/index.js';
import {
  BOUNDARIES,
  type InstrumentSpec,
  MAX_SERIES,
  type MakeSubject,
  type SubjectInstrument,
} from './subject.js';

const DECLARED: Readonly<Record<string, AttributeDeclaration>> = {
  method: attr.oneOf('GET', 'POST'),
  route: attr.string({ maxValues: 1_000 }),
  status_code: attr.int().optional(),
  model: attr.string({ maxValues: 50 }),
  region: attr.oneOf('eu', 'us'),
  organization: attr.string({ maxValues: 500 }).optional(),
};

function declared(key: string): AttributeDeclaration {
  return DECLARED[key] ?? attr.string({ maxValues: MAX_SERIES });
}

/** Typed by the declaration in a service; here the keys are known at run time only. */
interface Live {
  record(value: number, attributes?: LiveAttributes): void;
  add(value: number, attributes?: LiveAttributes): void;
  bind(attributes: LiveAttributes): Live;
}

function declaration({ kind, name, keys }: InstrumentSpec) {
  const attributes = Object.fromEntries(keys.map((key) => [key, declared(key)]));
  const common = { name, attributes, maxSeries: MAX_SERIES };
  return kind === 'histogram'
    ? histogram({ ...common, unit: 's', buckets: buckets.explicit(BOUNDARIES) })
    : counter({ ...common, unit: '{event}' });
}

function instrumentOf(live: Live, kind: InstrumentSpec['kind']): SubjectInstrument {
  if (kind === 'histogram') {
    return {
      record: (value, attributes) => live.record(value, attributes),
      bind: (attributes) => live.bind(attributes),
    };
  }
  return {
    record: (value, attributes) => live.add(value, attributes),
    bind: (attributes) => {
      const bound = live.bind(attributes);
      return { record: (value) => bound.add(value) };
    },
  };
}

export const makeSubject: MakeSubject = (specs) => {
  const registry = defineRegistry({
    scope: { name: 'bench' },
    instruments: Object.fromEntries(specs.map((spec) => [spec.name, declaration(spec)])),
  });
  const live = registry as unknown as Readonly<Record<string, Live>>;
  const producer = registry.producer({ temporality: 'cumulative' });
  return {
    instruments: specs.map(({ name, kind }) => instrumentOf(live[name] as Live, kind)),
    takeExemplars: () => void takeExemplars([coreOf(registry)], 'trace_based'),
    collect: () => producer.collect(),
    async tally() {
      const { resourceMetrics } = await producer.collect();
      const metrics = resourceMetrics.scopeMetrics.flatMap((scope) => scope.metrics);
      const values = metrics.flatMap(({ dataPoints }) => dataPoints.map(({ value }) => value));
      return {
        series: values.length,
        measurements: values.reduce<number>((sum, value) => sum + countOf(value), 0),
      };
    },
  };
};

function countOf(value: number | { readonly count: number }): number {
  return typeof value === 'number' ? value : value.count;
}
