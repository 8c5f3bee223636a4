import type { Attributes, InstrumentSpec, Subject } from '../subjects/subject.js';
import {
  one,
  SERIES,
  six,
  sixReordered,
  sixWithoutOptional,
  three,
  threeReordered,
  threeWithoutOptional,
  two,
} from './attributes.js';
import { MASK, PICKS } from './inputs.js';
import type { Loop } from './timing.js';
import type { Tracing } from './tracing.js';

/** What one process measures. */
export interface RecordCase {
  readonly specs: readonly InstrumentSpec[];
  /** Series there must be at the end. */
  readonly series: number;
  /** Measurements that {@link loop} makes by itself, so that every series is there. */
  readonly prepared?: number;
  /** Whether the process traces, and exemplars are taken by whoever can. */
  readonly tracing?: Tracing;
  loop(subject: Subject, values: readonly number[]): Loop;
}

const THREE: readonly string[] = ['method', 'route', 'status_code'];
const SIX: readonly string[] = [...THREE, 'model', 'region', 'organization'];

const latency = (keys: readonly string[]): InstrumentSpec => ({
  kind: 'histogram',
  name: 'latency',
  keys,
});

/** A histogram whose caller passes one and the same object. */
function same(keys: readonly string[], attributes: Attributes): RecordCase {
  return {
    specs: [latency(keys)],
    series: 1,
    loop: ({ instruments: [it] }, values) => {
      const instrument = it!;
      return (operations) => {
        for (let i = 0; i < operations; i++) instrument.record(values[i & MASK]!, attributes);
      };
    },
  };
}

/**
 * A histogram whose caller writes an object literal, as nearly all do. Each worker runs one case,
 * so that `make` is inlined into the loop as a literal at the call would be.
 */
function fresh(
  keys: readonly string[],
  series: number,
  make: (pick: number) => Attributes,
): RecordCase {
  return {
    specs: [latency(keys)],
    series,
    loop: ({ instruments: [it] }, values) => {
      const instrument = it!;
      return (operations) => {
        for (let i = 0; i < operations; i++)
          instrument.record(values[i & MASK]!, make(PICKS[i & MASK]!));
      };
    },
  };
}

/** Instruments of both kinds and of five shapes in turn, as in a service: no call site is alone. */
const mixed: RecordCase = {
  specs: [
    latency(THREE),
    { kind: 'histogram', name: 'first_token', keys: SIX },
    { kind: 'histogram', name: 'queued', keys: ['region', 'organization'] },
    { kind: 'histogram', name: 'loop_delay', keys: [] },
    { kind: 'counter', name: 'requests', keys: THREE },
    { kind: 'counter', name: 'tokens', keys: ['model'] },
  ],
  series: SERIES + SERIES + 16 + 1 + SERIES + 4,
  loop: ({ instruments: [latency, firstToken, queued, loopDelay, requests, tokens] }, values) => {
    const turn = (value: number, pick: number): void => {
      latency!.record(value, three(pick));
      firstToken!.record(value, six(pick));
      queued!.record(value, two(pick));
      loopDelay!.record(value);
      requests!.record(1, three(pick));
      tokens!.record(1, one(pick));
    };
    return (operations) => {
      const turns = operations / 6;
      for (let i = 0; i < turns; i++) turn(values[i & MASK]!, PICKS[i & MASK]!);
    };
  },
};

const none: RecordCase = {
  specs: [latency([])],
  series: 1,
  loop: ({ instruments: [it] }, values) => {
    const instrument = it!;
    return (operations) => {
      for (let i = 0; i < operations; i++) instrument.record(values[i & MASK]!);
    };
  },
};

const add: RecordCase = {
  specs: [{ kind: 'counter', name: 'requests', keys: THREE }],
  series: SERIES,
  loop: ({ instruments: [it] }) => {
    const instrument = it!;
    return (operations) => {
      for (let i = 0; i < operations; i++) instrument.record(1, three(PICKS[i & MASK]!));
    };
  },
};

const bound: RecordCase = {
  specs: [latency(THREE)],
  series: 1,
  loop: ({ instruments: [it] }, values) => {
    const series = it!.bind(three(0));
    return (operations) => {
      for (let i = 0; i < operations; i++) series.record(values[i & MASK]!);
    };
  },
};

/** With the first record, since that is when a binding may be looked up. */
const bind: RecordCase = {
  specs: [latency(THREE)],
  series: SERIES,
  loop: ({ instruments: [it] }, values) => {
    const instrument = it!;
    return (operations) => {
      for (let i = 0; i < operations; i++)
        instrument.bind(three(PICKS[i & MASK]!)).record(values[i & MASK]!);
    };
  },
};

/** Every case by the name under which the report asks for it. */
export const RECORD_CASES = {
  'record-0': none,
  'record-3-same': same(THREE, three(0)),
  'record-3-fresh': fresh(THREE, SERIES, three),
  'record-3-reordered': fresh(THREE, SERIES, threeReordered),
  'record-3-optional': fresh(THREE, 16, threeWithoutOptional),
  'record-6-same': same(SIX, six(0)),
  'record-6-fresh': fresh(SIX, SERIES, six),
  'record-6-reordered': fresh(SIX, SERIES, sixReordered),
  'record-6-optional': fresh(SIX, 16, sixWithoutOptional),
  'record-mixed': mixed,
  'add-3-fresh': add,
  bound,
  'bound-outside-spans': { ...bound, tracing: 'outside' },
  'bound-in-span': { ...bound, tracing: 'inside' },
  bind,
} as const satisfies Record<string, RecordCase>;

export type RecordCaseName = keyof typeof RECORD_CASES;
