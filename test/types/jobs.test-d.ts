import type { PGlite } from '@electric-sql/pglite';
import { type Client, Pool, type PoolClient } from 'pg';
import { describe, expectTypeOf, it } from 'vitest';
import { agentInstruments } from '../../src/agent/index.js';
import { defineRegistry } from '../../src/index.js';
import {
  createJobTimings,
  type JobActor,
  type JobHandle,
  type JobRecord,
  type JobStore,
  type JobTimings,
  pgliteStore,
  postgresStore,
  type Queryable,
  type ReportedTime,
} from '../../src/jobs/index.js';

declare const store: JobStore;
const actor = { organizationId: 'org-1' };

describe('stores', () => {
  it('take what runs statements', () => {
    expectTypeOf<Pool>().toExtend<Queryable>();
    expectTypeOf<Client>().toExtend<Queryable>();
    expectTypeOf<PoolClient>().toExtend<Queryable>();
    expectTypeOf<PGlite>().toExtend<Queryable>();
    expectTypeOf(postgresStore({ pool: new Pool() })).toEqualTypeOf<JobStore>();
    expectTypeOf(pgliteStore()).toEqualTypeOf<Promise<JobStore>>();
    // @ts-expect-error no pool
    postgresStore({});
    // @ts-expect-error no query method
    postgresStore({ pool: {} });
    // @ts-expect-error PGlite keeps a table of its own alone
    pgliteStore({ columns: { id: 'id', organizationId: 'o', startedAt: 's' } });
    // @ts-expect-error the column of the start is missing
    postgresStore({ pool: new Pool(), columns: { id: 'id', organizationId: 'o' } });
  });
});

describe('createJobTimings', () => {
  it('takes actors of its own rule', () => {
    expectTypeOf(createJobTimings({ store })).toEqualTypeOf<JobTimings<JobActor>>();
    interface User extends JobActor {
      readonly isAdmin: boolean;
    }
    const timings = createJobTimings({
      store,
      authorize: (job, user: User) => {
        expectTypeOf(job).toEqualTypeOf<JobRecord>();
        return user.isAdmin;
      },
    });
    expectTypeOf(timings).toEqualTypeOf<JobTimings<User>>();
    timings.recordTtft('a', 1n, { ...actor, isAdmin: true });
    // @ts-expect-error the rule needs to know
    timings.recordTtft('a', 1n, actor);
  });

  it('takes a registry that has the two instruments', () => {
    const { jobDuration, jobTimeToFirstToken } = agentInstruments;
    const scope = { name: 'app' };
    createJobTimings({
      store,
      metrics: defineRegistry({ scope, instruments: { jobDuration, jobTimeToFirstToken } }),
    });
    createJobTimings({
      store,
      // @ts-expect-error one is missing
      metrics: defineRegistry({ scope, instruments: { jobDuration } }),
    });
  });
});

describe('times', () => {
  it('are nanoseconds as a bigint, or a moment', () => {
    expectTypeOf<ReportedTime>().toEqualTypeOf<bigint | { readonly at: Date }>();
    const timings = createJobTimings({ store });
    timings.recordResponseDuration('a', 1n, actor, 'expired');
    timings.recordResponseDuration('a', { at: new Date() }, actor);
    // @ts-expect-error a number cannot hold every count of nanoseconds
    timings.recordTtft('a', 420, actor);
    // @ts-expect-error a moment is a Date
    timings.recordTtft('a', { at: 420 }, actor);
    // @ts-expect-error no actor
    timings.recordTtft('a', 1n);
    // @ts-expect-error none of the four outcomes
    timings.recordResponseDuration('a', 1n, actor, 'done');
    expectTypeOf<JobRecord['ttftNs']>().toEqualTypeOf<bigint | undefined>();
  });
});

describe('run', () => {
  it('gives what the function gives', () => {
    const timings = createJobTimings({ store });
    expectTypeOf(timings.run({}, async () => 5)).toEqualTypeOf<Promise<number>>();
    expectTypeOf(timings.run({}, () => 'x')).toEqualTypeOf<Promise<string>>();
    timings.run({}, (job) => {
      expectTypeOf(job).toEqualTypeOf<JobHandle>();
    });
    // @ts-expect-error no function
    timings.run({});
    // @ts-expect-error no such field
    timings.run({ organization: 'org-1' }, () => 5);
  });
});
