import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type JobChange, type JobStore, jobStoreMetrics } from '../../src/jobs/index.js';
import { backoff } from '../../src/jobs/row-writer.js';
import { watchRegistry } from '../../src/testing/index.js';
import { tries } from '../support/property.js';
import { scriptedStore, setUp, taken } from './support/timings.js';

const org = { organizationId: 'org-1' };
const down = Object.assign(new Error('connection refused'), { code: 'ECONNREFUSED' });

/** A database that can be switched off and on. */
function switchable() {
  let isUp = false;
  const store = scriptedStore(async (changes) => {
    if (!isUp) throw down;
    return changes.map(taken);
  });
  const written = () => store.batches.flat();
  return { store, written, up: () => (isUp = true) };
}

/** Every row that was ever queued is in exactly one of these. */
function accountedFor({
  health,
}: {
  health(): ReturnType<ReturnType<typeof setUp>['timings']['health']>;
}) {
  const { queued, written, dropped, refused } = health();
  const lost = dropped.overflow + dropped.shutdown + dropped.rejected;
  return queued + written + lost + refused.unknown + refused.denied;
}

afterEach(() => {
  vi.useRealTimers();
});

describe('rows', () => {
  it('are written in batches, behind the calls', async () => {
    const store = scriptedStore();
    const { timings } = setUp(store, { batchSize: 500 });
    for (let i = 0; i < 1_200; i++) timings.start({ id: `${i}`, ...org });
    expect(timings.health()).toMatchObject({ queued: 1_200, open: 1_200, written: 0 });
    expect(await timings.flush()).toBe(true);
    expect(store.batches.map(({ length }) => length)).toEqual([500, 500, 200]);
    expect(store.batches.flat().map(({ id }) => Number(id))).toEqual([...Array(1_200).keys()]);
  });

  it('are written without being asked for', async () => {
    const store = scriptedStore();
    const { timings } = setUp(store, { flushInterval: 5 });
    timings.start({ id: 'a', ...org });
    await vi.waitFor(() => expect(store.batches).toHaveLength(1));
  });

  it('of one job are merged while they wait, and say everything again once sent', async () => {
    const store = scriptedStore();
    const { timings, clock } = setUp(store);
    const job = timings.start({ id: 'a', type: 'message', ...org });
    await timings.flush();
    clock.advance(5n);
    job.firstToken();
    clock.advance(5n);
    job.end();
    await timings.flush();
    const ttft = { ns: 5n, clock: 'monotonic' };
    expect(store.batches).toMatchObject([
      [{ id: 'a', isStart: true, ttft: undefined }],
      [{ id: 'a', isStart: true, type: 'message', ttft, duration: { ns: 10n } }],
    ]);
  });

  it('of one job say whether the database has answered one of them before', async () => {
    const { store, written, up } = switchable();
    const { timings } = setUp(store, { random: () => 0 });
    const job = timings.start({ id: 'a', ...org });
    expect(await timings.flush({ timeout: 20 })).toBe(false);
    job.firstToken();
    up();
    await timings.flush();
    job.end();
    await timings.flush();
    const said = written().map(({ ttft, isStored }) => [ttft !== undefined, isStored]);
    expect(said.length).toBeGreaterThan(3);
    expect(said.slice(-2)).toEqual([
      [true, true],
      [true, true],
    ]);
    expect(new Set(said.slice(0, -2).map(String))).toEqual(new Set(['false,false']));
  });

  it('of one job are never in one batch twice', async () => {
    const store = scriptedStore();
    const { timings } = setUp(store);
    timings.start({ id: 'a', ...org }).end();
    timings.start({ id: 'a', ...org }).end('failed');
    timings.recordTtft('a', 1n, { organizationId: 'org-2' });
    await timings.flush();
    expect(store.batches.map((batch) => batch.map(({ id }) => id))).toEqual([['a'], ['a'], ['a']]);
  });
});

describe('a database that is down', () => {
  it('gets everything once it is back, in order', async () => {
    const { store, written, up } = switchable();
    const { timings, warnings } = setUp(store, { batchSize: 10, random: () => 0 });
    for (let i = 0; i < 25; i++) timings.start({ id: `${i}`, ...org }).end();
    expect(await timings.flush({ timeout: 20 })).toBe(false);
    expect(timings.health()).toMatchObject({
      queued: 25,
      written: 0,
      lastError: { message: 'connection refused', at: expect.any(Date) },
    });
    expect(timings.health().failures).toBeGreaterThan(0);
    expect(warnings).toEqual([expect.stringContaining('connection refused')]);
    const tried = written().length;
    up();
    expect(await timings.flush()).toBe(true);
    expect(
      written()
        .slice(tried)
        .map(({ id }) => Number(id)),
    ).toEqual([...Array(25).keys()]);
    expect(timings.health()).toMatchObject({ queued: 0, written: 25, lastWrite: expect.any(Date) });
  });

  it('costs the oldest rows where the queue is full, and they are counted', async () => {
    const watched = watchRegistry(jobStoreMetrics);
    const { store, written, up } = switchable();
    const { timings, warnings } = setUp(store, { maxQueuedRows: 10 });
    for (let i = 0; i < 30; i++) timings.recordTtft(`${i}`, 1n, org);
    expect(timings.health()).toMatchObject({ queued: 10, dropped: { overflow: 20 } });
    up();
    await timings.flush();
    expect(written().map(({ id }) => Number(id))).toEqual([20, 21, 22, 23, 24, 25, 26, 27, 28, 29]);
    expect(accountedFor(timings)).toBe(30);
    expect(warnings.filter((line) => line.includes('overflow'))).toHaveLength(1);
    expect(await watched.jobStoreRows.total({ result: 'overflow' })).toBe(20);
    expect(await watched.jobStoreRows.total({ result: 'written' })).toBe(10);
    watched.stopWatching();
  });

  it('does not keep metrics from flowing, those of lost reports included', async () => {
    const { store } = switchable();
    const { timings, metrics, clock } = setUp(store, { maxQueuedRows: 1 });
    await timings.run({ id: 'own', ...org }, (job) => {
      clock.advance(1_000_000_000n);
      job.firstToken();
    });
    expect(await metrics.jobTimeToFirstToken.total()).toBe(1);
    timings.recordResponseDuration('other', 5_000_000_000n, org, 'failed');
    await timings.close({ timeout: 0 });
    expect(await metrics.jobDuration.readAll()).toMatchObject([
      { attributes: { 'organization.id': 'org-1', 'job.outcome': 'completed' }, value: { sum: 1 } },
      { attributes: { 'organization.id': 'org-1', 'job.outcome': 'failed' }, value: { sum: 5 } },
    ]);
  });

  it('that never answers is asked again after the timeout', async () => {
    let isFirst = true;
    const store = scriptedStore(async (changes) => {
      if (!isFirst) return changes.map(taken);
      isFirst = false;
      return new Promise(() => {});
    });
    const { timings } = setUp(store, { writeTimeout: 10 });
    timings.start({ id: 'a', ...org });
    expect(await timings.flush()).toBe(true);
    expect(timings.health()).toMatchObject({
      written: 1,
      lastError: { message: 'no answer within 10 ms' },
    });
  });

  it('that does not answer has two connections of ours, never all', async () => {
    const store = scriptedStore(() => new Promise(() => {}));
    const { timings } = setUp(store, { writeTimeout: 1, random: () => 0 });
    timings.start({ id: 'a', ...org });
    const closed = timings.close({ timeout: 500 });
    await vi.waitFor(() => expect(timings.health().failures).toBeGreaterThan(2));
    expect(store.batches).toHaveLength(2);
    expect(timings.health().lastError?.message).toContain('earlier batches');
    await closed;
  });

  it('is asked less and less often, and not by all processes together', () => {
    const pauses = [1, 2, 3, 4, 5, 6, 7, 100].map((failures) => backoff(failures, 0.5));
    expect(pauses).toEqual([75, 150, 300, 600, 1_200, 2_400, 3_750, 3_750]);
    expect([backoff(1, 0), backoff(1, 1)]).toEqual([50, 100]);
  });

  it('that took a batch and did not live to say so has taken it', async () => {
    const table = new Map<string, bigint>();
    let isCut = true;
    const store = scriptedStore(async (changes) => {
      const results = changes.map((change) => {
        const { id, ttft } = change;
        if (ttft === undefined || !('ns' in ttft)) return taken(change);
        const stored = table.get(id) ?? ttft.ns;
        const result = table.has(id) ? ('duplicate' as const) : ('written' as const);
        table.set(id, stored);
        const job = { id, ...org, startedAt: new Date(), ttftNs: stored };
        return { access: 'allowed' as const, ttft: result, job };
      });
      if (isCut) {
        isCut = false;
        throw down;
      }
      return results;
    });
    const { timings, metrics } = setUp(store);
    timings.recordTtft('a', 5n, org);
    await timings.flush();
    expect(timings.health().refused.duplicate).toBe(0);
    timings.recordTtft('a', 5n, org);
    await timings.flush();
    expect(timings.health().refused.duplicate).toBe(1);
    expect(await metrics.jobTimeToFirstToken.total()).toBe(1);
  });
});

describe('a row that the database refuses', () => {
  it('is found, left out and named; the others are written', async () => {
    const store = scriptedStore(async (changes) => {
      if (changes.some(({ id }) => id.startsWith('bad'))) {
        throw Object.assign(new Error('invalid input syntax'), { code: '22P02' });
      }
      return changes.map(taken);
    });
    const { timings, metrics, warnings } = setUp(store, { batchSize: 64 });
    const ids = Array.from({ length: 200 }, (_, i) => (i % 90 === 30 ? `bad-${i}` : `${i}`));
    for (const id of ids) timings.recordTtft(id, 1n, org);
    expect(await timings.flush()).toBe(true);
    expect(timings.health()).toMatchObject({ written: 198, dropped: { rejected: 2 } });
    expect(await metrics.jobTimeToFirstToken.total()).toBe(198);
    expect(warnings).toEqual([expect.stringContaining('"bad-30"')]);
    // Not one by one: halving finds a row in 64 within seven attempts.
    expect(store.batches.length).toBeLessThan(40);
    timings.recordTtft('after', 1n, org);
    await timings.flush();
    expect(timings.health().written).toBe(199);
  });
});

describe('a report on a job that is not there yet', () => {
  it('is looked for again and again, and makes room first', async () => {
    const known = new Set<string>();
    const store = scriptedStore(async (changes) =>
      changes.map((change) =>
        change.isStart || known.has(change.id) ? taken(change) : { access: 'unknown' },
      ),
    );
    const { timings } = setUp(store, { maxQueuedRows: 2, unknownJobGrace: 60_000 });
    timings.recordTtft('never', 1n, org);
    await timings.flush();
    timings.recordTtft('later', 1n, org);
    await timings.flush();
    expect(timings.health().queued).toBe(2);
    timings.start({ id: 'own', ...org });
    expect(timings.health()).toMatchObject({ queued: 2, dropped: { overflow: 1 } });
    known.add('later');
    const done = { queued: 0, written: 2 };
    await vi.waitFor(() => expect(timings.health()).toMatchObject(done), { timeout: 5_000 });
    expect(store.batches.flat().filter(({ id }) => id === 'never').length).toBeLessThan(4);
  });
});

describe('warnings', () => {
  it('come once a minute of one kind, with how many there were', async () => {
    const { timings, warnings, clock } = setUp(scriptedStore());
    for (let i = 0; i < 3; i++) timings.recordTtft('a', -1n, org);
    expect(warnings).toHaveLength(1);
    timings.recordTtft('', 1n, org);
    expect(warnings).toHaveLength(2);
    clock.advance(60_000_000_000n);
    timings.recordTtft('b', -1n, org);
    expect(warnings[2]).toMatch(/"b".*\(and 2 more\)$/);
  });

  it('may fail', async () => {
    const warn = () => {
      throw new Error('the logger is gone');
    };
    const { timings } = setUp(scriptedStore(), { logger: { warn, error: warn } });
    timings.recordTtft('a', -1n, org);
    expect(timings.health().refused.implausible).toBe(1);
  });
});

describe('close', () => {
  it('writes what is queued, closes the store, and takes nothing more', async () => {
    const store = scriptedStore();
    const { timings } = setUp(store);
    const job = timings.start({ id: 'a', ...org });
    void timings.close();
    await timings.close();
    expect(store.closed).toBe(1);
    expect(timings.health().written).toBe(1);
    job.end();
    expect(timings.health()).toMatchObject({ queued: 0, dropped: { shutdown: 1 } });
    await timings.close();
    expect(store.closed).toBe(1);
  });

  it('has a deadline, and counts what is left', async () => {
    const hanging: JobStore['write'] = () => new Promise(() => {});
    const { timings, warnings } = setUp(scriptedStore(hanging), { batchSize: 2 });
    for (const id of ['a', 'b', 'c']) timings.start({ id, ...org });
    await timings.close({ timeout: 20 });
    expect(timings.health()).toMatchObject({ queued: 0, dropped: { shutdown: 3 } });
    expect(warnings).toEqual([expect.stringContaining('shutdown')]);
  });

  it('tries again until the deadline', async () => {
    const { store, up } = switchable();
    const { timings } = setUp(store);
    timings.start({ id: 'a', ...org });
    const closing = timings.close();
    await vi.waitFor(() => expect(timings.health().failures).toBeGreaterThan(0));
    up();
    await closing;
    expect(timings.health()).toMatchObject({ written: 1, dropped: { shutdown: 0 } });
  });
});

describe('the law', () => {
  type Step = 'start' | 'end' | 'report' | 'flush' | 'up' | 'down' | 'poison';
  const step = fc.constantFrom<Step>(
    'start',
    'end',
    'report',
    'report',
    'flush',
    'up',
    'down',
    'poison',
  );

  it('every row is written, refused or counted as lost, whatever happens', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        let isUp = true;
        const store = scriptedStore(async (changes: readonly JobChange[]) => {
          if (!isUp) throw down;
          if (changes.some(({ id }) => id.startsWith('poison'))) {
            throw Object.assign(new Error('no'), { code: '23514' });
          }
          return changes.map((change, i) =>
            i % 3 === 2 ? { access: 'denied' as const } : taken(change),
          );
        });
        const { timings } = setUp(store, { maxQueuedRows: 5, batchSize: 3, random: () => 0 });
        const jobs = [timings.start({ ...org })];
        let rows = 1;
        for (const [i, it] of steps.entries()) {
          const before = accountedFor(timings);
          if (it === 'start') jobs.push(timings.start({ ...org }));
          if (it === 'end') jobs.pop()?.end();
          if (it === 'report') timings.recordTtft(`${i}`, 1n, org);
          if (it === 'poison') timings.recordTtft(`poison-${i}`, 1n, org);
          if (it === 'up') isUp = true;
          if (it === 'down') isUp = false;
          const made = accountedFor(timings) - before;
          expect(made === 0 || made === 1).toBe(true);
          rows += made;
          if (it === 'flush') await timings.flush({ timeout: 1 });
          expect(timings.health().queued).toBeLessThanOrEqual(5);
        }
        await timings.close({ timeout: 5 });
        expect(timings.health().queued).toBe(0);
        expect(accountedFor(timings)).toBe(rows);
      }),
      tries(40),
    );
  });
});
