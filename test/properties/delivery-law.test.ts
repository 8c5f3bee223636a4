import { resourceFromAttributes } from '@opentelemetry/resources';
import type { Histogram, ResourceMetrics } from '@opentelemetry/sdk-metrics';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { attr, buckets, counter, histogram } from '../../src/index.js';
import {
  type Answer,
  coreOf,
  Delivery,
  type Fate,
  makeProducer,
  type PointDropReason,
  type Store,
  type StoredRequest,
  toRowMetric,
} from '../../src/otel/index.js';
import type { Serialize } from '../../src/otel/otlp/request.js';
import { decodeMetricsRequest } from '../support/official-otlp/decode.js';
import { openRegistry } from '../support/open-registry.js';
import { PROPERTY_TIMEOUT, tries } from '../support/property.js';
import { serialize } from '../support/row-batches.js';

/** What is recorded and what arrives, by instrument: increments, and measurements. */
interface Counts {
  calls: number;
  latency: number;
}

const NOTHING: Counts = { calls: 0, latency: 0 };
const plus = (a: Counts, b: Counts): Counts => ({
  calls: a.calls + b.calls,
  latency: a.latency + b.latency,
});

/** What is collected: points as objects, or rows of which a request is written directly. */
type Form = 'objects' | 'rows';

const ENCODERS: Readonly<Record<Form, { encode: Serialize; counts(body: Uint8Array): Counts }>> = {
  objects: {
    encode: (metrics) => Buffer.from(JSON.stringify(metrics)),
    counts: (body) => countsIn(JSON.parse(Buffer.from(body).toString()) as ResourceMetrics),
  },
  rows: { encode: serialize, counts: countsInBytes },
};

function countsInBytes(body: Uint8Array): Counts {
  const counts = { ...NOTHING };
  for (const { scopes } of decodeMetricsRequest(body)) {
    for (const metric of scopes.flatMap(({ metrics }) => metrics)) {
      for (const point of metric.points) {
        if ('value' in point) counts.calls += point.value;
        else counts.latency += point.count;
      }
    }
  }
  return counts;
}

function countsIn({ scopeMetrics }: ResourceMetrics): Counts {
  const counts = { ...NOTHING };
  for (const { metrics } of scopeMetrics) {
    for (const { descriptor, dataPoints } of metrics) {
      for (const { value } of dataPoints) {
        if (descriptor.name === 'calls') counts.calls += value as number;
        else counts.latency += (value as Histogram).count;
      }
    }
  }
  return counts;
}

/** A server that does what it is told, tells what it has, and knows a request when it sees it again. */
class Server {
  /** What it answers next, and whether it takes a request that it does not answer. */
  fate: Fate = 'accepted';
  takes = true;
  retryAfterMillis: number | undefined;
  requests = 0;
  rejected = NOTHING;
  duplicates = 0;
  private readonly taken = new Map<string, Counts>();

  constructor(private readonly form: Form) {}

  async answer(body: Uint8Array): Promise<Answer> {
    this.requests += 1;
    const text = Buffer.from(body).toString('latin1');
    const counts = ENCODERS[this.form].counts(body);
    const { fate, retryAfterMillis } = this;
    const isTaken = fate === 'accepted' || (fate === 'ambiguous' && this.takes);
    if (isTaken && this.taken.has(text)) this.duplicates += 1;
    if (isTaken) this.taken.set(text, counts);
    // What it has taken already it has, whatever it says of it now.
    else if (fate === 'rejected' && !this.taken.has(text))
      this.rejected = plus(this.rejected, counts);
    return { fate, message: fate, retryAfterMillis };
  }

  get delivered(): Counts {
    return [...this.taken.values()].reduce(plus, NOTHING);
  }
}

/** A store in memory, of which the next pipeline finds what this one has left. */
class MemoryStore implements Store {
  readonly entries = new Map<string, StoredRequest>();
  private readonly writing = new Map<StoredRequest, string>();
  private readonly claimed = new Set<string>();
  private nextId = 0;

  /** What `writeSync` is given meanwhile is there once. */
  async write(entry: StoredRequest): Promise<string | false> {
    const id = this.writeSync(entry);
    this.writing.set(entry, id);
    await null;
    return this.writing.delete(entry) ? id : false;
  }

  writeSync(entry: StoredRequest): string {
    const begun = this.writing.get(entry);
    if (begun !== undefined) {
      this.writing.delete(entry);
      return begun;
    }
    const id = String(this.nextId++);
    this.entries.set(id, entry);
    return id;
  }

  async next() {
    const found = [...this.entries].find(([id]) => !this.claimed.has(id));
    if (found === undefined) return undefined;
    const [id, entry] = found;
    this.claimed.add(id);
    return { ...entry, id };
  }

  remove(id: string): void {
    this.entries.delete(id);
  }

  release({ id }: { readonly id: string }): void {
    this.claimed.delete(id);
  }

  close(): void {
    this.claimed.clear();
  }
}

const resource = resourceFromAttributes({ 'service.name': 'test' });

function open(writeAhead: boolean | undefined, form: Form = 'objects') {
  const opened = openRegistry({
    calls: counter({
      name: 'calls',
      unit: '1',
      attributes: { id: attr.int({ maxValues: 8 }) },
      maxSeries: 5,
      idleSeconds: 30,
    }),
    latency: histogram({
      name: 'latency',
      unit: 's',
      buckets: buckets.explicit([1, 2]),
      attributes: { id: attr.int() },
      maxSeries: 4,
    }),
  });
  const server = new Server(form);
  const store = writeAhead === undefined ? undefined : new MemoryStore();
  const dropped: Partial<Record<PointDropReason, number>> = {};
  const makeDelivery = (): Delivery =>
    new Delivery({
      send: (body) => server.answer(body),
      serialize: ENCODERS[form].encode,
      timeoutMillis: 1_000,
      now: () => opened.clock.monotonic(),
      random: () => 0.5,
      sleep: async (millis) => opened.clock.advance(millis),
      store,
      writeAhead: writeAhead === true,
      onAnswer: () => undefined,
      onDropped: (reason, points) => {
        dropped[reason] = (dropped[reason] ?? 0) + points;
      },
    });
  return { ...opened, form, server, store, dropped, makeDelivery };
}

type World = ReturnType<typeof open>;

const command = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constant('call' as const), id: fc.nat(12) }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('measure' as const), id: fc.nat(6) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('export' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('export twice at once' as const) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('answer' as const),
      fate: fc.constantFrom<Fate>('accepted', 'retryable', 'rejected', 'ambiguous'),
      takes: fc.boolean(),
      retryAfterMillis: fc.option(fc.integer({ min: 0, max: 400_000 }), { nil: undefined }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('wait' as const),
      millis: fc.constantFrom(100, 1_000, 10_000, 60_000, 600_000),
    }),
  },
);

type Command = typeof command extends fc.Arbitrary<infer T> ? T : never;

async function run(world: World, commands: readonly Command[]) {
  const { metrics, clock, server, form } = world;
  const producer =
    form === 'objects'
      ? metrics.producer({ temporality: 'delta' })
      : makeProducer(coreOf(metrics), { temporality: 'delta', convert: toRowMetric });
  const delivery = world.makeDelivery();
  let recorded = NOTHING;
  const collect = async (): Promise<ResourceMetrics> => {
    clock.advance(1);
    const { resourceMetrics } = await producer.collect();
    return { ...resourceMetrics, resource };
  };
  for (const it of commands) {
    switch (it.do) {
      case 'call':
        metrics.calls.add(3, { id: it.id });
        recorded = plus(recorded, { calls: 3, latency: 0 });
        break;
      case 'measure':
        metrics.latency.record(it.id, { id: it.id });
        recorded = plus(recorded, { calls: 0, latency: 1 });
        break;
      case 'export':
        await delivery.export(await collect());
        break;
      case 'export twice at once':
        await Promise.all([delivery.export(await collect()), delivery.export(await collect())]);
        break;
      case 'answer':
        Object.assign(server, it);
        break;
      case 'wait':
        clock.advance(it.millis);
    }
  }
  return { producer, delivery, collect, recorded };
}

/** With a clock that lets every pause be over and a server that takes everything. */
async function recover({ clock, server }: World, delivery: Delivery, last: ResourceMetrics) {
  clock.advance(600_000);
  server.fate = 'accepted';
  expect(await delivery.export(last)).toBeUndefined();
}

const ways = [
  ['objects in memory', undefined, 'objects'],
  ['objects with a store for the end', false, 'objects'],
  ['objects written ahead to a store', true, 'objects'],
  ['rows in memory', undefined, 'rows'],
  ['rows with a store for the end', false, 'rows'],
  ['rows written ahead to a store', true, 'rows'],
] as const;

describe.each(ways)(
  '%s, what is recorded is delivered, held or dropped by reason',
  (_, writeAhead, form) => {
    it(
      'over any order of events, until it has all arrived or was refused',
      async () => {
        await fc.assert(
          fc.asyncProperty(fc.array(command, { maxLength: 60 }), async (commands) => {
            const world = open(writeAhead, form);
            const { delivery, collect, recorded } = await run(world, commands);
            await recover(world, delivery, await collect());
            const { server, store, dropped } = world;
            expect(plus(server.delivered, server.rejected)).toEqual(recorded);
            expect(delivery.heldPoints).toBe(0);
            expect(store?.entries.size ?? 0).toBe(0);
            expect(Object.keys(dropped).filter((reason) => reason !== 'rejected')).toEqual([]);
          }),
          tries(150),
        );
      },
      PROPERTY_TIMEOUT,
    );

    it(
      'at the end of the process too, and by the next one',
      async () => {
        await fc.assert(
          fc.asyncProperty(fc.array(command, { maxLength: 40 }), async (commands) => {
            const world = open(writeAhead, form);
            const { delivery, collect, recorded } = await run(world, commands);
            delivery.hasten(5_000);
            const { server, store, dropped } = world;
            const last = await collect();
            await delivery.export(last);
            delivery.close();
            expect(delivery.heldPoints).toBe(0);
            if (store === undefined) {
              const lost = recorded.calls - server.delivered.calls - server.rejected.calls;
              const lostToo = recorded.latency - server.delivered.latency - server.rejected.latency;
              // Nothing is lost without a word. What was in doubt may have arrived all the same.
              expect(lost).toBeGreaterThanOrEqual(0);
              expect(lostToo).toBeGreaterThanOrEqual(0);
              if (lost + lostToo > 0) expect(dropped.shutdown ?? 0).toBeGreaterThan(0);
              return;
            }
            expect(dropped.shutdown ?? 0).toBe(0);
            await recover(world, world.makeDelivery(), { resource, scopeMetrics: [] });
            expect(store.entries.size).toBe(0);
            expect(plus(server.delivered, server.rejected)).toEqual(recorded);
          }),
          tries(100),
        );
      },
      PROPERTY_TIMEOUT,
    );
  },
);

describe('a request that never gets an answer', () => {
  /** A server that takes what is below 100 increments, and resets the connection for all else. */
  const poisoned = (isUp: () => boolean, writeAhead?: boolean) => {
    const world = open(writeAhead);
    const answered = world.server.answer.bind(world.server);
    world.server.answer = (body) => {
      const { calls } = countsIn(JSON.parse(Buffer.from(body).toString()) as ResourceMetrics);
      world.server.takes = false;
      world.server.fate = isUp() && calls < 100 ? 'accepted' : 'ambiguous';
      return answered(body);
    };
    const delivery = world.makeDelivery();
    const producer = world.metrics.producer({ temporality: 'delta' });
    const send = async (count: number) => {
      world.metrics.calls.add(count, { id: 1 });
      const { resourceMetrics } = await producer.collect();
      await delivery.export({ ...resourceMetrics, resource });
      world.clock.advance(600_000);
    };
    return { ...world, delivery, send };
  };

  it('does not stand in the way of those that do, and is counted', async () => {
    const { server, delivery, dropped, send } = poisoned(() => true);
    await send(1_000);
    for (let i = 0; i < 5; i++) await send(1);
    expect(server.delivered.calls).toBe(5);
    expect(dropped).toEqual({ unanswered: 1 });
    expect(delivery.heldPoints).toBe(0);
  });

  it('does not either where it is written ahead', async () => {
    const { server, store, delivery, dropped, send } = poisoned(() => true, true);
    await send(1_000);
    for (let i = 0; i < 5; i++) await send(1);
    expect(server.delivered.calls).toBe(5);
    expect(dropped).toEqual({ unanswered: 1 });
    expect(delivery.heldPoints).toBe(0);
    expect(store?.entries.size).toBe(0);
  });

  it('is kept, whatever the time, while no other gets one either', async () => {
    let isUp = false;
    const { server, delivery, dropped, send } = poisoned(() => isUp);
    for (let i = 0; i < 20; i++) await send(1);
    expect(dropped).toEqual({});
    expect(server.delivered.calls).toBe(0);
    isUp = true;
    await send(1);
    await send(1);
    expect(server.delivered.calls).toBe(22);
    expect(dropped).toEqual({});
    expect(delivery.heldPoints).toBe(0);
  });
});

describe('a server that takes longer than the interval', () => {
  it.each([undefined, false, true])(
    'is sent everything, and what waits for it is merged',
    async (writeAhead) => {
      const world = open(writeAhead);
      const { server, metrics, store } = world;
      const delivery = world.makeDelivery();
      const producer = metrics.producer({ temporality: 'delta' });
      // What an earlier process has left.
      for (let i = 0; i < 20; i++)
        store?.writeSync({ body: Buffer.from(`{"scopeMetrics":[],"i":${i}}`), points: 1 });
      let most = 0;
      let more = 60;
      const turns: Promise<unknown>[] = [];
      const collect = async () => {
        world.clock.advance(1);
        metrics.calls.add(1, { id: 1 });
        const { resourceMetrics } = await producer.collect();
        turns.push(delivery.export({ ...resourceMetrics, resource }));
      };
      const answered = server.answer.bind(server);
      server.answer = async (body) => {
        // Three intervals pass before it answers.
        for (let i = 0; i < 3 && more-- > 0; i++) await collect();
        most = Math.max(most, delivery.heldPoints);
        return answered(body);
      };
      await collect();
      while (turns.length > 0) await turns.shift();
      expect(server.delivered.calls).toBe(61);
      expect(delivery.heldPoints).toBe(0);
      expect(most).toBeLessThan(10);
    },
  );
});

describe('a partial success that names more than was sent', () => {
  it('counts what was sent', async () => {
    const { server, makeDelivery, metrics, dropped } = open(undefined);
    server.answer = async () => ({ fate: 'accepted', rejectedPoints: 1e9 });
    metrics.calls.add(1, { id: 1 });
    const { resourceMetrics } = await metrics.producer({ temporality: 'delta' }).collect();
    await makeDelivery().export({ ...resourceMetrics, resource });
    expect(dropped).toEqual({ partial_success: 1 });
  });
});

describe('what cannot be encoded', () => {
  it('is given up and counted, and the next arrives', async () => {
    const { server, makeDelivery, metrics, dropped } = open(undefined);
    const delivery = makeDelivery();
    const producer = metrics.producer({ temporality: 'delta' });
    metrics.calls.add(1, { id: 1 });
    const { resourceMetrics } = await producer.collect();
    const bad = {
      ...resourceMetrics,
      resource: {
        toJSON: () => {
          throw new Error('no');
        },
      } as never,
    };
    expect(await delivery.export(bad)).toBe('no');
    expect(dropped).toEqual({ unencodable: 1 });
    metrics.calls.add(2, { id: 1 });
    const next = await producer.collect();
    expect(await delivery.export({ ...next.resourceMetrics, resource })).toBeUndefined();
    expect(server.delivered.calls).toBe(2);
  });
});

describe('attempts', () => {
  it('are never more than one for each export, but for what they divide, and none before the pause is over', async () => {
    const { clock, server, makeDelivery, metrics } = open(undefined);
    const delivery = makeDelivery();
    const producer = metrics.producer({ temporality: 'delta' });
    server.fate = 'retryable';
    const at: number[] = [];
    for (let second = 0; second < 3_600; second++) {
      metrics.calls.add(1, { id: 1 });
      const { resourceMetrics } = await producer.collect();
      const before = server.requests;
      await delivery.export({ ...resourceMetrics, resource });
      if (server.requests > before) at.push(second);
      expect(server.requests - before).toBeLessThanOrEqual(1);
      clock.advance(1_000);
    }
    expect(at).toEqual([
      0, 2, 4, 8, 16, 32, 64, 128, 256, 509, 779, 1_049, 1_319, 1_589, 1_859, 2_129, 2_399, 2_669,
      2_939, 3_209, 3_479,
    ]);
    expect(delivery.heldPoints).toBe(1);
  });
});
