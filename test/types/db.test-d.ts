import type { Knex } from 'knex';
import type mysql from 'mysql2';
import type mysqlPromise from 'mysql2/promise';
import type pg from 'pg';
import type { Pool as Tarn } from 'tarn';
import { describe, expectTypeOf, it } from 'vitest';
import { agentInstruments } from '../../src/agent/index.js';
import {
  type ObservedPool,
  type ObservedQueries,
  type ObservePoolOptions,
  observePool,
  observeQueries,
  type PoolLevels,
  type PoolRecorder,
} from '../../src/db/index.js';
import { counter, defineRegistry } from '../../src/index.js';

const scope = { name: 'app' };
declare const pool: pg.Pool;

describe('observePool', () => {
  it('takes the pools of the drivers by their own types', () => {
    const options = { name: 'main' };
    observePool(pool, options);
    observePool({} as mysql.Pool, options);
    observePool({} as mysqlPromise.Pool, options);
    observePool({} as Tarn<{ readonly own: true }>, options);
    observePool({} as Knex, options);
    observePool({} as Knex<{ id: number }, unknown[]>, options);
    observePool({ levels: () => ({ idle: 1, used: 2 }) }, options);
    observePool({ levels: () => undefined, observe: () => undefined }, options);
    expectTypeOf(observePool(pool, options)).toEqualTypeOf<ObservedPool>();
    expectTypeOf<ObservedPool>().toExtend<PoolRecorder & Disposable>();
  });

  it('refuses what is no pool, and options that are none', () => {
    // @ts-expect-error a client is no pool
    observePool({} as pg.Client, { name: 'main' });
    // @ts-expect-error nor is an object
    observePool({}, { name: 'main' });
    // @ts-expect-error levels are numbers
    observePool({ levels: () => ({ idle: '1', used: 2 }) }, { name: 'main' });
    // @ts-expect-error what is used must be told
    observePool({ levels: () => ({ idle: 1 }) }, { name: 'main' });
    // @ts-expect-error it needs a name
    observePool(pool, {});
    // @ts-expect-error and options
    observePool(pool);
    expectTypeOf<PoolLevels['max']>().toEqualTypeOf<number | undefined>();
  });

  it('takes a registry that has the instruments of pools, and no other', () => {
    const own = defineRegistry({ scope, instruments: agentInstruments });
    observePool(pool, { name: 'main', registry: own });
    const { dbClientConnectionMax: _, ...rest } = agentInstruments;
    const lacking = defineRegistry({ scope, instruments: rest });
    // @ts-expect-error The registry has no instrument "dbClientConnectionMax".
    observePool(pool, { name: 'main', registry: lacking });
    const changed = defineRegistry({
      scope,
      instruments: {
        ...agentInstruments,
        dbClientConnectionCount: counter({ name: 'connections', unit: '{connection}' }),
      },
    });
    // @ts-expect-error The instrument "dbClientConnectionCount" has to keep its kind and unit.
    observePool(pool, { name: 'main', registry: changed });
    expectTypeOf<ObservePoolOptions<typeof own>['name']>().toEqualTypeOf<string>();
  });

  it('records durations with their unit', () => {
    const handle = observePool(pool, { name: 'main' });
    handle.recordWait({ milliseconds: 5 });
    // @ts-expect-error a bare number has no unit
    handle.recordUse(5);
    expectTypeOf(handle.stop).toEqualTypeOf<() => void>();
  });
});

describe('observeQueries', () => {
  it('takes pools and clients of pg', () => {
    expectTypeOf(observeQueries(pool)).toEqualTypeOf<ObservedQueries>();
    observeQueries({} as pg.Client);
    observeQueries({} as pg.PoolClient, { system: 'cockroachdb' });
    // @ts-expect-error the queries of other drivers are recorded by hand
    observeQueries({} as mysql.Pool);
  });

  it('takes a function that names queries', () => {
    observeQueries(pool, {
      describe(text, found) {
        expectTypeOf(text).toEqualTypeOf<string>();
        expectTypeOf(found.operation).toEqualTypeOf<string | undefined>();
        return text === '' ? undefined : { ...found, collection: 'jobs' };
      },
    });
    // @ts-expect-error names are texts
    observeQueries(pool, { describe: () => ({ operation: 1 }) });
  });

  it('takes a registry that has the one instrument', () => {
    const { dbClientOperationDuration } = agentInstruments;
    const own = defineRegistry({ scope, instruments: { dbClientOperationDuration } });
    observeQueries(pool, { registry: own });
    const none = defineRegistry({ scope, instruments: {} });
    // @ts-expect-error The registry has no instrument "dbClientOperationDuration".
    observeQueries(pool, { registry: none });
  });
});
