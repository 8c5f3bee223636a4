import type { MetricProducer } from '@opentelemetry/sdk-metrics';
import { describe, expectTypeOf, it } from 'vitest';
import {
  buckets,
  counter,
  defineRegistry,
  ERRORS,
  type ErrorCode,
  histogram,
  type InstrumentCardinality,
  type InstrumentDrops,
  type InstrumentUsage,
  type Manifest,
  MeterbookError,
  type Registry,
  type RegistryProducer,
  slo,
} from '../../src/index.js';

const scope = { name: 'service' };
const instruments = {
  latency: histogram({ name: 'latency', unit: 's', buckets: buckets.explicit([0.5, 1]) }),
  computed: histogram({
    name: 'computed',
    unit: 's',
    buckets: buckets.exponential({ start: 0.01, factor: 2, count: 14 }),
  }),
  smooth: histogram({ name: 'smooth', unit: 's', buckets: buckets.base2() }),
  preset: histogram({ name: 'preset', unit: 's', buckets: buckets.presets.http }),
  calls: counter({ name: 'calls', unit: '{call}' }),
};
const rest = { objective: 0.99, window: '30d' } as const;

describe('a registry', () => {
  const metrics = defineRegistry({ scope, instruments });

  it('has methods of exact types', () => {
    expectTypeOf(metrics).toEqualTypeOf<Registry<typeof instruments>>();
    expectTypeOf(metrics.manifest()).toEqualTypeOf<Manifest>();
    expectTypeOf(metrics.cardinality()).toEqualTypeOf<readonly InstrumentCardinality[]>();
    expectTypeOf(metrics.dropped()).toEqualTypeOf<readonly InstrumentDrops[]>();
    expectTypeOf(metrics.usage()).toEqualTypeOf<readonly InstrumentUsage[]>();
    expectTypeOf(metrics.producer()).toEqualTypeOf<RegistryProducer>();
    expectTypeOf<RegistryProducer>().toExtend<MetricProducer>();
    metrics.producer({ temporality: 'lowmemory' });
    // @ts-expect-error: there is no such temporality.
    metrics.producer({ temporality: 'detla' });
  });

  it('is defined by a scope and instruments', () => {
    defineRegistry({ scope: { name: 'a', version: '1', schemaUrl: 'https://a' }, instruments: {} });
    // @ts-expect-error: the scope has no name.
    defineRegistry({ scope: {}, instruments });
    // @ts-expect-error: there are no instruments.
    defineRegistry({ scope });
    // @ts-expect-error: an instrument is made by an instrument function.
    defineRegistry({ scope, instruments: { calls: { name: 'calls' } } });
    // @ts-expect-error: there is no such option.
    defineRegistry({ scope, instruments, stict: true });
  });
});

describe('service level objectives', () => {
  it('are on a histogram, at one of its boundaries where these can be seen', () => {
    defineRegistry({
      scope,
      instruments,
      slos: {
        literal: slo({ ...rest, instrument: 'latency', threshold: 0.5 }),
        preset: slo({ ...rest, instrument: 'preset', threshold: 7.5 }),
        // Only the run time knows these boundaries.
        computed: slo({ ...rest, instrument: 'computed', threshold: 2.56 }),
        smooth: slo({ ...rest, instrument: 'smooth', threshold: 0.123 }),
      },
    });
  });

  it('are refused otherwise', () => {
    defineRegistry({
      scope,
      instruments,
      slos: {
        // @ts-expect-error: 0.7 is no boundary.
        between: slo({ ...rest, instrument: 'latency', threshold: 0.7 }),
        // @ts-expect-error: 8 is no boundary of the preset.
        preset: slo({ ...rest, instrument: 'preset', threshold: 8 }),
        // @ts-expect-error: there is no such instrument.
        unknown: slo({ ...rest, instrument: 'missing', threshold: 1 }),
        // @ts-expect-error: a counter has no latency.
        counted: slo({ ...rest, instrument: 'calls', threshold: 1 }),
        // @ts-expect-error: an objective is made by slo(), or is like one.
        short: { instrument: 'latency' },
      },
    });
    // @ts-expect-error: a window is hours, days or weeks.
    slo({ instrument: 'latency', objective: 0.9, threshold: 1, window: '30 days' });
    // @ts-expect-error: the objective is missing.
    slo({ instrument: 'latency', threshold: 1, window: '30d' });
  });
});

describe('errors', () => {
  it('have a code of the table', () => {
    const error = new MeterbookError('INVALID_UNIT', { cause: 'x' });
    expectTypeOf(error.code).toEqualTypeOf<ErrorCode>();
    expectTypeOf(error.instrument).toEqualTypeOf<string | undefined>();
    expectTypeOf<keyof typeof ERRORS>().toEqualTypeOf<ErrorCode>();
    expectTypeOf(ERRORS.INVALID_UNIT.hint).toExtend<string>();
    // @ts-expect-error: there is no such code.
    new MeterbookError('INVALID', { cause: 'x' });
  });
});
