import pg from 'pg';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { agentInstruments, agentMetrics } from '../../src/agent/index.js';
import { pointsOf } from '../../src/core/index.js';
import {
  type ObservablePool,
  observePool,
  type PoolLevels,
  type PoolRecorder,
} from '../../src/db/index.js';
import { defineRegistry, MeterbookError } from '../../src/index.js';
import { coreOf } from '../../src/otel/index.js';
import { testRegistry } from '../../src/testing/index.js';
import { untyped } from '../support/hostile.js';
import { usePipelines, valuesOf } from '../support/pipeline.js';
import { counts, levels, name } from './support/figures.js';

const pipelines = usePipelines();
let ends: (() => void)[] = [];

afterEach(() => {
  for (const end of ends) end();
  ends = [];
});

/** A pool told by hand, that is what the test says. */
function plainPool(initial: PoolLevels) {
  const source = {
    now: initial as PoolLevels | undefined,
    levels: () => source.now,
  };
  return source;
}

function refusalOf(call: () => unknown): MeterbookError {
  try {
    call();
  } catch (error) {
    if (error instanceof MeterbookError) return error;
  }
  throw new Error('it was not refused');
}

describe('observePool', () => {
  it.each([
    ['nothing', undefined],
    ['null', null],
    ['an object', {}],
    ['a text', 'postgres://localhost'],
    ['a class', pg.Pool],
    ['a client', new pg.Client()],
  ])('refuses %s at once, and says what it takes', (_, pool) => {
    const error = refusalOf(() => observePool(untyped<ObservablePool>(pool), { name: 'main' }));
    expect(error.code).toBe('INVALID_SETUP');
    expect(error.message).toContain('observePool() was given');
    expect(error.fix).toContain('pg, mysql2 or tarn');
  });

  it('refuses a pool without a name, and a registry without the instruments', () => {
    const pool = plainPool({ idle: 0, used: 0 });
    for (const options of [undefined, {}, { name: '' }, { name: 7 }]) {
      const error = refusalOf(() => observePool(pool, untyped<{ name: string }>(options)));
      expect(error.message).toMatch(/given the name/);
    }
    const { dbClientConnectionMax: _, ...rest } = agentInstruments;
    const registry = defineRegistry({ scope: { name: 'app' }, instruments: rest });
    const error = refusalOf(() => observePool(pool, { name: 'main', registry: untyped(registry) }));
    expect(error.code).toBe('INVALID_REGISTRY');
    expect(error.message).toContain('observePool() needs an observableUpDownCounter');
  });

  it('observes a pool once, however often it is called', async () => {
    const metrics = testRegistry(agentMetrics);
    const pool = plainPool({ idle: 1, used: 2 });
    const first = observePool(pool, { name: 'main', registry: metrics });
    expect(observePool(pool, { name: 'main', registry: metrics })).toBe(first);
    expect(await levels(metrics)).toMatchObject({ idle: 1, used: 2 });
    const renamed = refusalOf(() => observePool(pool, { name: 'other', registry: metrics }));
    expect(renamed.message).toContain('the pool "other", which is observed as "main" already.');
    const elsewhere = testRegistry(agentMetrics);
    const moved = refusalOf(() => observePool(pool, { name: 'main', registry: elsewhere }));
    expect(moved.message).toContain('in another registry');
    first.stop();
    observePool(pool, { name: 'other', registry: elsewhere });
    expect(await levels(elsewhere, 'other')).toMatchObject({ idle: 1, used: 2 });
  });

  it('keeps several pools apart, and adds up those of one name', async () => {
    const metrics = testRegistry(agentMetrics);
    const observe = (pool: string, given: PoolLevels) =>
      observePool(plainPool(given), { name: pool, registry: metrics });
    observe('main', { idle: 1, used: 2, pending: 3, max: 4 });
    observe('reports', { idle: 10, used: 20, pending: 30, max: 40 });
    const replica = observe('main', { idle: 100, used: 200, max: 400 });
    expect(await levels(metrics)).toEqual({ idle: 101, used: 202, pending: 3, max: 404 });
    expect(await levels(metrics, 'reports')).toEqual({ idle: 10, used: 20, pending: 30, max: 40 });
    replica.stop();
    expect(await levels(metrics)).toEqual({ idle: 1, used: 2, pending: 3, max: 4 });
  });

  it('reports 0 after stop()', async () => {
    const metrics = testRegistry(agentMetrics);
    const pool = plainPool({ idle: 1, used: 2, pending: 3, max: 4 });
    const handle = observePool(pool, { name: 'main', registry: metrics });
    await levels(metrics);
    handle[Symbol.dispose]();
    expect(await levels(metrics)).toEqual({ idle: 0, used: 0, pending: 0, max: 0 });
  });

  it('ends by itself when the pool says that it is closed', async () => {
    const metrics = testRegistry(agentMetrics);
    const end = vi.fn();
    const pool = Object.assign(plainPool({ idle: 1, used: 2 }), { observe: () => end });
    const handle = observePool(pool, { name: 'main', registry: metrics });
    expect(await levels(metrics)).toMatchObject({ idle: 1, used: 2 });
    pool.now = undefined;
    expect(await levels(metrics)).toMatchObject({ idle: 0, used: 0 });
    expect(end).toHaveBeenCalledOnce();
    handle.stop();
    expect(end).toHaveBeenCalledOnce();
  });

  it('records what is told by hand, until it is stopped', async () => {
    const metrics = testRegistry(agentMetrics);
    let recorder: PoolRecorder | undefined;
    const pool = {
      ...plainPool({ idle: 0, used: 0 }),
      observe: (given: PoolRecorder) => {
        recorder = given;
        return undefined;
      },
    };
    const handle = observePool(pool, { name: 'main', registry: metrics });
    for (const one of [handle, recorder]) {
      one?.recordWait({ milliseconds: 5 });
      one?.recordUse({ seconds: 1 });
      one?.recordCreation({ nanoseconds: 1_000_000n });
      one?.recordTimeout();
    }
    const twice = { waits: 2, uses: 2, creations: 2, timeouts: 2 };
    expect(await counts(metrics)).toEqual(twice);
    expect(await metrics.dbClientConnectionWaitTime.read(name)).toMatchObject({ sum: 0.01 });
    handle.stop();
    handle.recordWait({ milliseconds: 5 });
    recorder?.recordTimeout();
    expect(await counts(metrics)).toEqual(twice);
  });

  it('loses the levels of a pool that cannot be asked, and no others', async () => {
    const metrics = testRegistry(agentMetrics);
    const failing = {
      levels: (): PoolLevels => {
        throw new Error('not now');
      },
    };
    observePool(failing, { name: 'failing', registry: metrics });
    observePool(plainPool({ idle: 1, used: 2 }), { name: 'main', registry: metrics });
    const reader = coreOf(metrics).attach('cumulative');
    const { metrics: read, errors } = await reader.collect();
    expect(errors.map(String)).toContain('Error: not now');
    const found = read.find(({ declaration }) => declaration.name === 'db.client.connection.count');
    expect(pointsOf(found!).map(({ value }) => value)).toEqual([1, 2]);
    expect(JSON.stringify(metrics.dropped())).toContain('callback_failed');
  });

  it('never throws into a pool, even if the registry is strict', () => {
    const metrics = testRegistry(agentMetrics);
    let recorder: PoolRecorder | undefined;
    const pool = {
      ...plainPool({ idle: 0, used: 0 }),
      observe: (given: PoolRecorder) => {
        recorder = given;
        return undefined;
      },
    };
    const handle = observePool(pool, { name: 'main', registry: metrics });
    expect(() => recorder?.recordWait(untyped('long'))).not.toThrow();
    expect(() => handle.recordWait(untyped('long'))).toThrow(MeterbookError);
  });

  it('tells each reader what is there, in totals and in differences', async () => {
    const metrics = testRegistry(agentMetrics);
    const core = coreOf(metrics);
    const readers = [core.attach('delta'), core.attach('lowmemory'), core.attach('cumulative')];
    const pool = plainPool({ idle: 0, used: 5 });
    const handle = observePool(pool, { name: 'main', registry: metrics });
    const used = async (reader: (typeof readers)[number]) => {
      const { metrics: read } = await reader.collect();
      const count = read.find(({ declaration }) => /connection\.count$/.test(declaration.name));
      const isUsed = (attributes: object) => Object.values(attributes).includes('used');
      return pointsOf(count!).find(({ attributes }) => isUsed(attributes))?.value as number;
    };
    const told = readers.map(() => [] as number[]);
    for (const level of [5, 3, 4]) {
      pool.now = { idle: 0, used: level };
      for (const [i, reader] of readers.entries()) told[i]?.push(await used(reader));
    }
    handle.stop();
    for (const [i, reader] of readers.entries()) told[i]?.push(await used(reader));
    // UpDownCounters are cumulative by every preference of the specification.
    for (const values of told) expect(values).toEqual([5, 3, 4, 0]);
  });

  it('goes on through set-up, repeated', async () => {
    const receiver = await pipelines.receiver();
    const pool = plainPool({ idle: 1, used: 2 });
    const handle = observePool(pool, { name: 'main' });
    ends.push(() => handle.stop());
    for (const used of [2, 1]) {
      pool.now = { idle: 0, used };
      const telemetry = pipelines.setup({
        registries: [agentMetrics],
        otlp: { url: receiver.url },
      });
      await telemetry.forceFlush();
      await telemetry.shutdown();
    }
    expect(valuesOf(receiver, 'db.client.connection.count')).toEqual([0, 2, 0, 2, 0, 1, 0, 1]);
  });

  it('does not keep names for ever', async () => {
    const metrics = testRegistry(agentMetrics);
    const before = (await metrics.dbClientConnectionCount.readAll()).length;
    for (let i = 0; i < 300; i += 1) {
      observePool(plainPool({ idle: 0, used: 0 }), { name: `pool-${i}`, registry: metrics }).stop();
    }
    const { callbacks } = coreOf(metrics).instruments['dbClientConnectionCount'] as unknown as {
      callbacks: Set<unknown>;
    };
    expect(before).toBe(0);
    expect(callbacks.size).toBe(100);
  });
});
