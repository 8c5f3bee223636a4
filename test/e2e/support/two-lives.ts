import { resourceFromAttributes } from '@opentelemetry/resources';
import type { ResourceMetrics } from '@opentelemetry/sdk-metrics';
import {
  type ManifestInstrument,
  type RegistryDeclaration,
  toManifest,
} from '../../../src/declare/index.js';
import { makeRegistry } from '../../../src/otel/index.js';
import { EPOCH, FakeClock } from '../../support/fake-clock.js';

/** One measurement, and when it was told: the time of the collection, in whole seconds. */
export interface Measurement {
  readonly name: string;
  readonly value: number;
  readonly attributes: Readonly<Record<string, string | number | boolean>>;
  readonly toldAt: number;
}

/** What both services recorded. */
export interface Ledger {
  readonly measurements: readonly Measurement[];
  /** Unix seconds: before the first measurement, */
  readonly start: number;
  /** between the lives, */
  readonly restart: number;
  /** and after the last. */
  readonly end: number;
}

/** The temporalities, with the service that sends by each. */
export const SERVICES = { delta: 'agent-delta', cumulative: 'agent-cumulative' } as const;

/** Between two collections, milliseconds: no whole seconds, as nothing promises them. */
const EVERY = 20_700;
const COLLECTIONS = 30;
/** The last two collections of a life are in one second, as a flush at exit can be. */
const LAST = 90;
const PAUSE = 95_000;
/** In the middle of the first life: an hour, a day and a year begin while it runs. */
const MIDNIGHT = EPOCH + 365 * 86_400_000;
const MOST_AT_A_TIME = 4;

/**
 * A service that runs for ten minutes, is started again as another process and runs for ten more.
 * Everything that it records is sent twice: as deltas under one name, as totals under another.
 */
export async function twoLives(
  declaration: RegistryDeclaration,
  send: (metrics: ResourceMetrics) => Promise<void>,
): Promise<Ledger> {
  const measurements: Measurement[] = [];
  const random = seeded(20_250_101);
  let begun = MIDNIGHT - 5 * 60_000 + 7_300;
  const start = Math.floor(begun / 1_000) - 1;
  let restart = start;
  for (const instance of ['first', 'second']) {
    const ended = await life({ declaration, send, measurements, random, begun, instance });
    if (instance === 'first') restart = Math.floor(ended / 1_000) + 1;
    begun = ended + PAUSE;
  }
  return { measurements, start, restart, end: Math.ceil(begun / 1_000) };
}

interface Life {
  readonly declaration: RegistryDeclaration;
  readonly send: (metrics: ResourceMetrics) => Promise<void>;
  readonly measurements: Measurement[];
  readonly random: () => number;
  readonly begun: number;
  readonly instance: string;
}

type Measure = (value: number, attributes: Measurement['attributes']) => void;

/** Runs one process; gives its end, Unix milliseconds. */
async function life({ declaration, send, measurements, random, begun, instance }: Life) {
  const clock = new FakeClock();
  clock.advance(begun - EPOCH);
  const registry = makeRegistry(declaration, { clock, strict: true });
  const { instruments } = toManifest(declaration);
  const producers = Object.entries(SERVICES).map(([temporality, service]) => ({
    service,
    producer: registry.producer({ temporality: temporality as keyof typeof SERVICES }),
  }));
  const observed = observables(registry, instruments);
  for (let at = 1; at <= COLLECTIONS; at += 1) {
    const wait = at === COLLECTIONS ? LAST : EVERY;
    const toldAt = Math.floor((clock.now() + wait) / 1_000);
    for (const instrument of instruments) {
      for (const [value, attributes] of chosen(instrument, at, random)) {
        measurements.push({ name: instrument.name, value, attributes, toldAt });
        if (instrument.kind.startsWith('observable')) observed(instrument, value, attributes);
        else record(registry, instrument, value, attributes);
      }
    }
    clock.advance(wait);
    for (const { service, producer } of producers) {
      const { resourceMetrics, errors } = await producer.collect();
      if (errors.length > 0) throw new AggregateError(errors);
      const resource = resourceFromAttributes({
        'service.name': service,
        'service.instance.id': `${service}-${instance}`,
      });
      await send({ ...resourceMetrics, resource });
    }
  }
  for (const { producer } of producers) producer.detach();
  return clock.now();
}

function record(
  registry: object,
  { property }: ManifestInstrument,
  value: number,
  attributes: Measurement['attributes'],
): void {
  const instrument = (registry as Record<string, { add?: Measure; record?: Measure }>)[property];
  (instrument?.add ?? instrument?.record)?.call(instrument, value, attributes);
}

/** Callbacks that tell the last level of each series, or of a counter the total so far. */
function observables(registry: object, instruments: readonly ManifestInstrument[]) {
  const levels = new Map<string, Map<string, [number, Measurement['attributes']]>>();
  for (const { property } of instruments.filter((it) => it.kind.startsWith('observable'))) {
    const series = new Map<string, [number, Measurement['attributes']]>();
    levels.set(property, series);
    type Callback = (result: { observe: Measure }) => void;
    type Observable = { addCallback(callback: Callback): void };
    (registry as Record<string, Observable>)[property]?.addCallback((result) => {
      for (const [value, attributes] of series.values()) result.observe(value, attributes);
    });
  }
  return (it: ManifestInstrument, value: number, attributes: Measurement['attributes']) => {
    const series = levels.get(it.property);
    const key = JSON.stringify(attributes);
    const before = it.kind === 'observableCounter' ? (series?.get(key)?.[0] ?? 0) : 0;
    series?.set(key, [before + value, attributes]);
  };
}

/**
 * A few measurements with attributes out of four sets. Values are quarters, which add up exactly;
 * those of histograms are spread over the buckets. Some series come late in a life.
 */
function chosen(
  instrument: ManifestInstrument,
  at: number,
  random: () => number,
): readonly (readonly [number, Measurement['attributes']])[] {
  const { kind, attributes, boundaries } = instrument;
  const largest = boundaries?.at(-1) ?? 64;
  return Array.from({ length: 1 + Math.floor(random() * MOST_AT_A_TIME) }, () => {
    const set = Math.floor(random() * (at < COLLECTIONS / 2 ? 3 : 4));
    const some = attributes.filter(({ optional }, index) => !optional || ((set + index) & 1) === 0);
    const given = some.map(({ key, type, values }) => {
      const value = {
        oneOf: values?.[set % values.length] ?? '',
        int: [200, 404, 500, 503][set] ?? 0,
        boolean: set % 2 === 0,
        string: `${key.split('.').at(-1)} ${set}`,
      };
      return [key, value[type]] as const;
    });
    const spread = largest ** random() * (random() < 0.05 ? 2 : 0.5);
    const value = kind === 'histogram' ? Math.round(spread * 1_024) / 1_024 : 1 + (set % 3);
    return [value, Object.fromEntries(given)] as const;
  });
}

/** A generator of random numbers from 0 up to 1 that gives the same ones each time (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
