import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type JobChange,
  type JobRecord,
  type JobStore,
  postgresStore,
  printMigrations,
} from '../../../src/jobs/index.js';
import { PROPERTY_TIMEOUT, tries } from '../../support/property.js';
import type { TestDatabase } from './database.js';
import { StoreModel } from './store-model.js';

const WEEK = 604_800_000_000_000n;
const START = new Date('2026-01-31T12:00:00.123Z');
const MAX_BIGINT = 2n ** 63n - 1n;

/** A change that starts a job. */
export function started(id: string, change: Partial<JobChange> = {}): JobChange {
  return {
    id,
    organizationId: 'org-1',
    isStart: true,
    isAuthorized: false,
    startedAt: START,
    ...change,
  };
}

/** A change by another process. */
export function reported(id: string, change: Partial<JobChange> = {}): JobChange {
  return { id, organizationId: 'org-1', isStart: false, isAuthorized: false, ...change };
}

const ns = (value: bigint) => ({ ns: value, clock: 'monotonic' as const });
const later = (millis: number) => ({ at: new Date(START.getTime() + millis) });

/** What every store does, on whatever database: PGlite in `npm test`, PostgreSQL in the e2e run. */
export function describeStore(name: string, database: TestDatabase): void {
  const write = async (store: JobStore, ...changes: JobChange[]) => {
    const results = await store.write(changes, WEEK);
    return results.map(({ access, ttft, duration }) => [access, ttft, duration]);
  };
  const allowed = (ttft?: string, duration?: string) => [['allowed', ttft, duration]];

  describe(`${name}: writing`, () => {
    it('keeps a job as it was told, step by step', async () => {
      const store = database.store();
      const told = {
        projectId: 'project-1',
        agentId: 'agent-1',
        type: 'message',
        model: 'm-large',
      };
      await write(store, started('a', told));
      const base: JobRecord = { id: 'a', organizationId: 'org-1', startedAt: START, ...told };
      expect(await store.get('a')).toEqual(base);
      expect(await write(store, reported('a', { ttft: ns(5n) }))).toEqual(allowed('written'));
      expect(await store.get('a')).toEqual({ ...base, ttftNs: 5n, ttftClock: 'monotonic' });
      const end = reported('a', { duration: ns(7n), outcome: 'expired' });
      expect(await write(store, end)).toEqual(allowed(undefined, 'written'));
      expect(await store.get('a')).toEqual({
        ...base,
        outcome: 'expired',
        ttftNs: 5n,
        ttftClock: 'monotonic',
        totalDurationNs: 7n,
        durationClock: 'monotonic',
      });
    });

    it('makes a whole row at once, and answers with it', async () => {
      const store = database.store();
      const whole = started('a', { ttft: ns(5n), duration: ns(7n), outcome: 'failed' });
      const [result] = await store.write([whole], WEEK);
      expect(result).toMatchObject({ access: 'allowed', ttft: 'written', duration: 'written' });
      expect(result?.job).toEqual(await store.get('a'));
      expect(await store.get('a')).toMatchObject({ outcome: 'failed', ttftNs: 5n });
    });

    it('records each value once, and the same batch again changes nothing', async () => {
      const store = database.store();
      const whole = started('a', { ttft: ns(5n), duration: ns(7n), outcome: 'completed' });
      await write(store, whole);
      const before = await store.get('a');
      expect(await write(store, whole)).toEqual(allowed('duplicate', 'duplicate'));
      const other = reported('a', { ttft: ns(6n), duration: ns(8n), outcome: 'failed' });
      expect(await write(store, other)).toEqual(allowed('duplicate', 'duplicate'));
      expect(await store.get('a')).toEqual(before);
    });

    it('refuses jobs of another organization, unless access was checked', async () => {
      const store = database.store();
      await write(store, started('a'));
      const foreign = { organizationId: 'org-2', ttft: ns(5n) };
      expect(await write(store, reported('a', foreign))).toEqual([
        ['denied', undefined, undefined],
      ]);
      expect(await write(store, started('a', foreign))).toEqual([['denied', undefined, undefined]]);
      expect((await store.get('a'))?.ttftNs).toBeUndefined();
      const checked = reported('a', { ...foreign, isAuthorized: true });
      expect(await write(store, checked)).toEqual(allowed('written'));
      expect(await store.get('a')).toMatchObject({ organizationId: 'org-1', ttftNs: 5n });
    });

    it('makes no row for a report on a job that is not there', async () => {
      const store = database.store();
      expect(await write(store, reported('a', { ttft: ns(5n) }))).toEqual([
        ['unknown', undefined, undefined],
      ]);
      expect(await store.get('a')).toBeUndefined();
    });

    it('answers each change of a batch in its place', async () => {
      const store = database.store();
      await write(store, started('there'), started('foreign', { organizationId: 'org-2' }));
      const results = await write(
        store,
        reported('unknown', { ttft: ns(1n) }),
        started('new', { ttft: ns(2n) }),
        reported('foreign', { ttft: ns(3n) }),
        reported('there', { ttft: ns(4n), duration: ns(3n) }),
      );
      expect(results).toEqual([
        ['unknown', undefined, undefined],
        ['allowed', 'written', undefined],
        ['denied', undefined, undefined],
        ['allowed', 'written', 'implausible'],
      ]);
    });

    it('refuses a duration below the first token, and a first token after the end', async () => {
      const store = database.store();
      await write(store, started('a', { ttft: ns(5n) }), started('b', { duration: ns(5n) }));
      const below = await write(store, reported('a', { duration: ns(4n) }));
      expect(below).toEqual(allowed(undefined, 'implausible'));
      expect(await write(store, reported('b', { ttft: ns(6n) }))).toEqual(allowed('implausible'));
      expect(await write(store, started('c', { ttft: ns(2n), duration: ns(1n) }))).toEqual(
        allowed('written', 'implausible'),
      );
      expect((await store.get('a'))?.totalDurationNs).toBeUndefined();
      expect((await store.get('b'))?.ttftNs).toBeUndefined();
      expect(await write(store, reported('a', { duration: ns(5n) }))).toEqual(
        allowed(undefined, 'written'),
      );
    });

    it('takes moments for differences to the start, and marks them', async () => {
      const store = database.store();
      await write(store, started('a'));
      await write(store, reported('a', { ttft: later(250), duration: later(1_000) }));
      expect(await store.get('a')).toMatchObject({
        ttftNs: 250_000_000n,
        ttftClock: 'wall',
        totalDurationNs: 1_000_000_000n,
        durationClock: 'wall',
      });
      const whole = started('b', { ttft: later(1), duration: ns(2_000_000n) });
      await write(store, whole);
      expect(await store.get('b')).toMatchObject({
        ttftClock: 'wall',
        durationClock: 'monotonic',
      });
    });

    it.each([
      ['negative', later(-1)],
      ['longer than is believed', later(Number(WEEK / 1_000_000n) + 1)],
      ['more than a BIGINT holds', { at: new Date(8.64e15) }],
      ['as far back as dates go', { at: new Date(-6.2e13) }],
    ])('refuses a difference of wall clocks that is %s', async (_, time) => {
      const store = database.store();
      await write(store, started('a'));
      const change = reported('a', { ttft: time, duration: time });
      expect(await write(store, change)).toEqual(allowed('implausible', 'implausible'));
    });

    it('keeps nanoseconds beyond 2^53 exact', async () => {
      const store = database.store();
      const odd = 2n ** 53n + 1n;
      await write(store, started('a', { ttft: ns(odd), duration: ns(MAX_BIGINT) }));
      expect(await store.get('a')).toMatchObject({ ttftNs: odd, totalDurationNs: MAX_BIGINT });
      const { lines } = await store.report();
      expect(lines[0]?.firstToken).toMatchObject({ p50Ns: odd, p99Ns: odd, sumNs: odd });
      expect((await store.slowest())[0]?.totalDurationNs).toBe(MAX_BIGINT);
    });

    it('writes all of a batch or nothing', async () => {
      const store = database.store();
      const broken = started('b', { outcome: 'never heard of' as 'failed', duration: ns(1n) });
      await expect(write(store, started('a'), broken, started('c'))).rejects.toMatchObject({
        code: '23514',
      });
      expect((await store.list()).jobs).toEqual([]);
    });
  });

  describe(`${name}: any batches`, () => {
    const millis = fc.integer({ min: -1, max: 5 });
    const time = fc.option(
      fc.oneof(
        fc.nat({ max: 5 }).map((it) => ns(BigInt(it) * 1_000_000n)),
        millis.map(later),
      ),
      { nil: undefined },
    );
    const change = fc.record({
      id: fc.constantFrom('a', 'b', 'c', 'd'),
      organizationId: fc.constantFrom('org-1', 'org-2'),
      isStart: fc.boolean(),
      isAuthorized: fc.integer({ min: 0, max: 4 }).map((it) => it === 0),
      startedAt: millis.map((it) => later(it).at),
      ttft: time,
      duration: time,
      outcome: fc.constantFrom('completed' as const, 'failed' as const),
    });
    const batch = fc.uniqueArray(change, { selector: ({ id }) => id, minLength: 1, maxLength: 4 });

    it(
      'are judged and kept as the model does',
      async () => {
        const store = database.store();
        const maxWallNs = 4_000_000n;
        await fc.assert(
          fc.asyncProperty(fc.array(batch, { minLength: 1, maxLength: 6 }), async (batches) => {
            await store.deleteBefore(later(1_000).at);
            const model = new StoreModel(maxWallNs);
            for (const changes of batches) {
              const results = await store.write(changes, maxWallNs);
              const verdicts = results.map((it) => [it.access, it.ttft, it.duration]);
              expect(verdicts).toEqual(changes.map((it) => model.write(it)));
              for (const [i, { job }] of results.entries()) {
                const id = changes[i]?.id ?? '';
                if (job !== undefined) expect(job).toEqual(await store.get(id));
              }
            }
            const { jobs } = await store.list();
            const kept = jobs.map((it) => [
              it.id,
              it.organizationId,
              it.ttftNs,
              it.totalDurationNs,
            ]);
            const expected = [...model.rows].map(([id, it]) => [
              id,
              it.organizationId,
              it.ttft,
              it.duration,
            ]);
            expect(kept.sort()).toEqual(expected.sort());
          }),
          tries(60),
        );
      },
      PROPERTY_TIMEOUT,
    );
  });

  describe(`${name}: text`, () => {
    const nasty = fc.oneof(
      fc.constantFrom("'; DROP TABLE jobs; --", '$1', '"', '\\', '\\u0000', '{}', 'NULL', '%_'),
      fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }),
      fc.string({ unit: 'binary', minLength: 1, maxLength: 40 }),
    );
    // What the layer above takes out before it gets here.
    const text = nasty
      .map((value) => value.replace(/\0|\p{Surrogate}/gu, '?'))
      .filter((value) => value !== '');

    it(
      'comes back as it went in, from every field',
      async () => {
        const store = database.store();
        await fc.assert(
          fc.asyncProperty(
            fc.uniqueArray(
              fc.record({
                id: text,
                organizationId: text,
                projectId: text,
                agentId: text,
                type: text,
                model: text,
              }),
              { selector: ({ id }) => id, minLength: 1, maxLength: 10 },
            ),
            async (jobs) => {
              await store.deleteBefore(new Date(START.getTime() + 1));
              await store.write(
                jobs.map((job) => ({ ...started(job.id), ...job })),
                WEEK,
              );
              for (const job of jobs) {
                const record = { ...job, startedAt: START };
                expect(await store.get(job.id)).toEqual(record);
                expect((await store.list(job)).jobs).toEqual(
                  expect.arrayContaining([expect.objectContaining(record)]),
                );
              }
            },
          ),
          tries(15),
        );
      },
      PROPERTY_TIMEOUT,
    );
  });

  describe(`${name}: lists`, () => {
    const at = (seconds: number) => new Date(START.getTime() + seconds * 1_000);

    it('gives pages in order, also while new jobs start', async () => {
      const store = database.store();
      const ids = Array.from({ length: 25 }, (_, i) => `job-${String(i).padStart(2, '0')}`);
      // Five jobs share each moment: the id decides.
      await write(store, ...ids.map((id, i) => started(id, { startedAt: at(Math.floor(i / 5)) })));
      const seen: string[] = [];
      let cursor: string | undefined;
      do {
        const page = await store.list({ limit: 4, ...(cursor === undefined ? {} : { cursor }) });
        seen.push(...page.jobs.map(({ id }) => id));
        cursor = page.nextCursor;
        await write(store, started(`later-${seen.length}`, { startedAt: at(1_000) }));
      } while (cursor !== undefined);
      expect(seen).toEqual([...ids].reverse());
    });

    it('filters by every field and by time', async () => {
      const store = database.store();
      const one = { projectId: 'p', agentId: 'a', type: 't', model: 'm' };
      const end = { duration: ns(1n), outcome: 'failed' } as const;
      await write(
        store,
        started('1', { ...one, ...end }),
        started('2', { organizationId: 'org-2', startedAt: at(1) }),
        started('3', { startedAt: at(2) }),
      );
      const idsOf = async (filter: Parameters<JobStore['list']>[0]) =>
        (await store.list(filter)).jobs.map(({ id }) => id);
      for (const [field, value] of Object.entries({ ...one, outcome: 'failed' })) {
        expect(await idsOf({ [field]: value })).toEqual(['1']);
        expect(await idsOf({ [field]: 'none' })).toEqual([]);
      }
      expect(await idsOf({ organizationId: 'org-2' })).toEqual(['2']);
      expect(await idsOf({ from: at(1) })).toEqual(['3', '2']);
      expect(await idsOf({ from: at(1), to: at(2) })).toEqual(['2']);
      expect(await idsOf({ organizationId: 'org-1', to: at(2), type: 't' })).toEqual(['1']);
    });

    it('refuses cursors, limits and times that are none', async () => {
      const store = database.store();
      const refusal = { code: 'INVALID_SETUP' };
      for (const cursor of ['', 'x', Buffer.from('["1; --","a"]').toString('base64url')]) {
        await expect(store.list({ cursor })).rejects.toMatchObject(refusal);
      }
      for (const limit of [0, 1_001, 1.5, Number.NaN]) {
        await expect(store.list({ limit })).rejects.toMatchObject(refusal);
        await expect(store.slowest({ limit })).rejects.toMatchObject(refusal);
      }
      await expect(store.list({ from: new Date(Number.NaN) })).rejects.toMatchObject(refusal);
      await expect(store.report({ by: 'x' as 'day' })).rejects.toMatchObject(refusal);
    });
  });

  describe(`${name}: reports`, () => {
    it('gives percentiles that some job has had, by group', async () => {
      const store = database.store();
      const hundred = Array.from({ length: 100 }, (_, i) => BigInt(i + 1));
      await write(
        store,
        ...hundred.map((i) =>
          started(`a${i}`, {
            type: 'message',
            ttft: ns(i),
            duration: ns(i * 4n),
            outcome: i > 90n ? 'failed' : 'completed',
          }),
        ),
        started('b1', { type: 'title', duration: ns(10n), outcome: 'cancelled' }),
        started('c1', { startedAt: new Date('2026-02-01T00:00:00Z') }),
      );
      const { lines } = await store.report({ by: 'type' });
      expect(lines).toEqual([
        {
          group: 'message',
          jobs: 100,
          outcomes: { completed: 90, failed: 10, cancelled: 0, expired: 0 },
          firstToken: {
            count: 100,
            sumNs: 5_050n,
            p50Ns: 50n,
            p90Ns: 90n,
            p95Ns: 95n,
            p99Ns: 99n,
          },
          total: { count: 100, sumNs: 20_200n, p50Ns: 200n, p90Ns: 360n, p95Ns: 380n, p99Ns: 396n },
          firstTokenShare: 0.25,
        },
        {
          group: 'title',
          jobs: 1,
          outcomes: { completed: 0, failed: 0, cancelled: 1, expired: 0 },
          firstToken: { count: 0, sumNs: 0n },
          total: { count: 1, sumNs: 10n, p50Ns: 10n, p90Ns: 10n, p95Ns: 10n, p99Ns: 10n },
        },
        {
          jobs: 1,
          outcomes: { completed: 0, failed: 0, cancelled: 0, expired: 0 },
          firstToken: { count: 0, sumNs: 0n },
          total: { count: 0, sumNs: 0n },
        },
      ]);
      const groups = async (by: 'day' | 'organization' | 'model') =>
        (await store.report({ by })).lines.map(({ group, jobs }) => [group, jobs]);
      expect(await groups('day')).toEqual([
        ['2026-02-01', 1],
        ['2026-01-31', 101],
      ]);
      expect(await groups('organization')).toEqual([['org-1', 102]]);
      expect(await groups('model')).toEqual([[undefined, 102]]);
      expect((await store.report({ type: 'title' })).lines[0]?.jobs).toBe(1);
    });

    it('names the slowest jobs', async () => {
      const store = database.store();
      await write(
        store,
        started('fast', { duration: ns(1n) }),
        started('slow', { duration: ns(3n) }),
        started('running'),
        started('middle', { duration: ns(2n) }),
      );
      const slowest = await store.slowest({ limit: 2 });
      expect(slowest.map(({ id }) => id)).toEqual(['slow', 'middle']);
    });
  });

  describe(`${name}: retention`, () => {
    const day = (date: number) => new Date(Date.UTC(2026, 0, date, 6));

    it('deletes what is older, in batches', async () => {
      const store = database.store();
      const jobs = Array.from({ length: 25 }, (_, i) =>
        started(`${i}`, { startedAt: day(i < 20 ? 1 : 2) }),
      );
      await write(store, ...jobs);
      expect(await store.deleteBefore(day(2), { batchSize: 6 })).toBe(20);
      expect((await store.list()).jobs).toHaveLength(5);
      expect(await store.deleteBefore(day(2))).toBe(0);
      expect(await store.days()).toEqual([]);
    });

    it('adds what it deletes to the totals of the day, whatever the batches', async () => {
      const store = database.store();
      const jobs = Array.from({ length: 20 }, (_, i) =>
        started(`${i}`, {
          startedAt: day(1 + (i % 2)),
          type: 'message',
          duration: ns(BigInt(i) * 10n),
          outcome: 'completed',
          ...(i < 10 ? { ttft: ns(BigInt(i)) } : {}),
        }),
      );
      await write(store, ...jobs, started('kept', { startedAt: day(9) }));
      expect(await store.aggregateBefore(day(5), { batchSize: 3 })).toBe(20);
      expect(await store.days()).toEqual([
        {
          day: '2026-01-01',
          organizationId: 'org-1',
          type: 'message',
          model: undefined,
          outcome: 'completed',
          jobs: 10,
          ttftCount: 5,
          ttftSumNs: 20n,
          ttftMaxNs: 8n,
          durationCount: 10,
          durationSumNs: 900n,
          durationMaxNs: 180n,
        },
        expect.objectContaining({ day: '2026-01-02', jobs: 10, ttftSumNs: 25n }),
      ]);
      const days = async (filter: Parameters<JobStore['days']>[0]) =>
        (await store.days(filter)).map((it) => it.day);
      expect(await days({ from: day(2) })).toEqual(['2026-01-02']);
      expect(await days({ to: new Date('2026-01-02T00:00:00Z') })).toEqual(['2026-01-01']);
      expect(await days({ type: 'other' })).toEqual([]);
      // Years that have another form as text.
      const all = ['2026-01-01', '2026-01-02'];
      expect(await days({ from: new Date('-001000-01-01T00:00:00Z') })).toEqual(all);
      expect(await days({ to: new Date('+012000-01-01T00:00:00Z') })).toEqual(all);
      expect((await store.list()).jobs.map(({ id }) => id)).toEqual(['kept']);
    });

    const DAY = 86_400_000_000_000n;
    const totals = async (store: JobStore) =>
      (await store.days()).map((it) => [it.day, it.outcome, it.jobs, it.durationCount]);

    it('waits a week for the end of a job, so that it counts once and with its end', async () => {
      const store = database.store();
      await write(
        store,
        started('open', { startedAt: day(3) }),
        started('late', { startedAt: day(3), duration: ns(3n * DAY), outcome: 'completed' }),
        started('over', { startedAt: day(3), duration: ns(2n * DAY - 1_000n), outcome: 'expired' }),
      );
      expect(await store.aggregateBefore(day(5))).toBe(1);
      const end = { duration: { at: day(8) }, outcome: 'failed' } as const;
      expect(await write(store, reported('open', end))).toEqual(allowed(undefined, 'written'));
      expect(await store.aggregateBefore(day(9))).toBe(2);
      expect(await totals(store)).toEqual([
        ['2026-01-03', 'completed', 1, 1],
        ['2026-01-03', 'expired', 1, 1],
        ['2026-01-03', 'failed', 1, 1],
      ]);
    });

    it('counts a job that has been given up once, whatever its process says later', async () => {
      const store = database.store();
      const given = { startedAt: day(1), type: 'message', model: 'm-large' };
      await write(store, started('a', given), started('b', { ...given, type: 'other' }));
      expect(await store.aggregateBefore(day(8))).toBe(0);
      expect(await store.aggregateBefore(new Date(day(8).getTime() + 1))).toBe(2);
      const end = {
        ...given,
        isStored: true,
        duration: ns(10n * DAY),
        outcome: 'completed',
      } as const;
      const unknown = ['unknown', undefined, undefined];
      expect(await write(store, started('a', end))).toEqual([unknown]);
      expect(await store.get('a')).toBeUndefined();
      expect(await store.aggregateBefore(day(20))).toBe(0);
      expect(await totals(store)).toEqual([
        ['2026-01-01', undefined, 1, 0],
        ['2026-01-01', undefined, 1, 0],
      ]);
    });

    it('counts a job of the same day whose first row comes late', async () => {
      const store = database.store();
      const given = { startedAt: day(1), type: 'message' };
      await write(store, started('a', given));
      await store.aggregateBefore(day(20));
      const late = started('b', { ...given, duration: ns(1n), outcome: 'completed' });
      expect(await write(store, late)).toEqual(allowed(undefined, 'written'));
      expect(await store.aggregateBefore(day(20))).toBe(1);
      expect(await totals(store)).toEqual([
        ['2026-01-01', undefined, 1, 0],
        ['2026-01-01', 'completed', 1, 1],
      ]);
    });

    it('makes the row again of a job that has been deleted and not counted', async () => {
      const store = database.store();
      await write(store, started('a', { startedAt: day(1) }));
      await store.deleteBefore(day(5));
      const end = { startedAt: day(1), isStored: true, duration: ns(1n) };
      expect(await write(store, started('a', end))).toEqual(allowed(undefined, 'written'));
    });

    it('takes jobs of any age and length', async () => {
      const store = database.store();
      const given = { duration: ns(MAX_BIGINT), outcome: 'completed' } as const;
      const years = ['-004000', '0001', '1969', '2026'];
      const jobs = years.map((year) =>
        started(year, { ...given, startedAt: new Date(`${year}-01-01T06:00:00Z`) }),
      );
      const future = started('future', {
        ...given,
        startedAt: new Date('+270000-01-01T00:00:00Z'),
      });
      await write(store, ...jobs, future);
      expect(await store.aggregateBefore(day(5))).toBe(3);
      expect(await store.aggregateBefore(day(9))).toBe(1);
      expect((await store.list()).jobs.map(({ id }) => id)).toEqual(['future']);
      expect((await store.days()).map(({ jobs: count }) => count)).toEqual([1, 1, 1, 1]);
    });

    it('stops between two batches when told to', async () => {
      const store = database.store();
      await write(store, started('a', { startedAt: day(1) }));
      expect(await store.deleteBefore(day(2), { signal: AbortSignal.abort() })).toBe(0);
    });
  });

  describe(`${name}: migrations`, () => {
    it('run once however many start', async () => {
      const table = database.newTable();
      const stores = Array.from({ length: 10 }, () => database.store({ table }));
      await Promise.all(stores.map((store) => store.migrate()));
      const applied = await database.query(`SELECT version FROM ${table}_migrations ORDER BY 1`);
      expect(applied.map(({ version }) => version)).toEqual([1, 2]);
    });

    it('bring an older table up to date and keep its rows', async () => {
      const table = database.newTable();
      await write(database.store({ table }), started('a', { ttft: ns(5n) }));
      await database.query(`DROP TABLE ${table}_days`);
      await database.query(`DELETE FROM ${table}_migrations WHERE version > 1`);
      const store = database.store({ table });
      expect(await store.get('a')).toMatchObject({ ttftNs: 5n });
      expect(await store.days()).toEqual([]);
    });

    it('can be printed and run by hand, more than once', async () => {
      const table = database.newTable();
      const schema = `schema_${table}`;
      const store = database.store({ schema, table, migrate: false });
      await expect(store.get('a')).rejects.toMatchObject({ code: '42P01' });
      await database.query(printMigrations({ schema, table }));
      await database.query(printMigrations({ schema, table }));
      await write(store, started('a'));
      expect(await store.get('a')).toMatchObject({ id: 'a' });
      expect(await database.query(`SELECT id FROM "${schema}"."${table}"`)).toEqual([{ id: 'a' }]);
    });

    it.each([
      ['table', { table: 'jobs; DROP TABLE users' }],
      ['table', { table: 'x'.repeat(46) }],
      ['table', { table: '' }],
      ['schema', { schema: 'a"b' }],
      ['columns.id', { columns: { id: '"', organizationId: 'o', startedAt: 's' } }],
      ['organizationId', { columns: { id: 'id', startedAt: 's' } as never }],
    ])('refuse a %s that is no name: %j', (what, options) => {
      const make = () => postgresStore({ pool: database.queryable, ...options });
      expect(make).toThrow(what);
      expect(make).toThrow(expect.objectContaining({ code: 'INVALID_SETUP' }));
      expect(() => printMigrations(options)).toThrow(what);
    });
  });

  describe(`${name}: a table that is there`, () => {
    const columns = {
      id: 'id',
      organizationId: 'org',
      startedAt: 'created_at',
      type: 'kind',
      outcome: 'status',
    };
    const make = async () => {
      const table = database.newTable();
      await database.query(
        `CREATE TYPE ${table}_status AS ENUM ('running', 'completed', 'failed')`,
      );
      await database.query(`CREATE TABLE ${table} (
        id uuid PRIMARY KEY, org uuid NOT NULL, kind text, note text NOT NULL,
        status ${table}_status NOT NULL DEFAULT 'running',
        created_at timestamptz NOT NULL DEFAULT now())`);
      const [id = '', other = '', org = ''] = [1, 2, 3].map(
        (n) => `00000000-0000-4000-8000-00000000000${n}`,
      );
      await database.query(
        `INSERT INTO ${table} (id, org, kind, note) VALUES ('${id}', '${org}', 'message', 'x')`,
      );
      return { table, id, other, org, store: database.store({ table, columns }) };
    };

    it('gets two columns, and its rows their times', async () => {
      const { table, id, other, org, store } = await make();
      const change = { organizationId: org, ttft: ns(5n), duration: ns(7n) } as const;
      const results = await write(
        store,
        // The service makes the rows, so a start is none to us.
        started(id, { ...change, outcome: 'failed' }),
        started(other, change),
      );
      expect(results.map(([access]) => access)).toEqual(['allowed', 'unknown']);
      const [row] = await database.query(
        `SELECT ttft_ns::text, total_duration_ns::text, status::text, note FROM ${table}`,
      );
      expect(row).toEqual({ ttft_ns: '5', total_duration_ns: '7', status: 'failed', note: 'x' });
      expect(await store.get(id)).toMatchObject({
        type: 'message',
        ttftNs: 5n,
        organizationId: org,
      });
      expect((await store.list({ organizationId: org })).jobs).toHaveLength(1);
      expect((await store.list({ model: 'm' })).jobs).toEqual([]);
      expect((await store.report({ by: 'day' })).lines[0]?.total.p50Ns).toBe(7n);
    });

    it('is attached to again by the next process', async () => {
      const { table, id } = await make();
      const stores = [1, 2, 3].map(() => database.store({ table, columns }));
      for (const store of stores) {
        expect(await store.get(id)).toBeDefined();
        expect(await store.get('no uuid')).toBeUndefined();
      }
    });

    it('never loses a row to us', async () => {
      const { store } = await make();
      const refusal = { code: 'INVALID_SETUP' };
      await expect(store.deleteBefore(new Date())).rejects.toMatchObject(refusal);
      await expect(store.aggregateBefore(new Date())).rejects.toMatchObject(refusal);
      await expect(store.days()).rejects.toMatchObject(refusal);
    });

    it('has to have the columns that are named', async () => {
      const { table } = await make();
      const store = database.store({ table, columns: { ...columns, model: 'llm' } });
      await expect(store.get('a')).rejects.toMatchObject({
        code: 'INVALID_SETUP',
        message: expect.stringContaining('llm'),
      });
    });
  });
}
