import { describe, expect, it } from 'vitest';
import { agentInstruments } from '../../src/agent/index.js';
import { attr, defineRegistry, getAttributes, histogram, withAttributes } from '../../src/index.js';
import { createJobTimings, type JobRecord, type JobStore } from '../../src/jobs/index.js';
import { testRegistry } from '../../src/testing/index.js';
import { throwingGetter, throwingProxy, untyped } from '../support/hostile.js';
import { usePglite } from './support/database.js';
import { scriptedStore, setUp } from './support/timings.js';

const database = usePglite();
const org = { organizationId: 'org-1' };
const other = { organizationId: 'org-2' };
const told = { ...org, projectId: 'p', agentId: 'a', type: 'message', model: 'm-large' };
const attributes = {
  'organization.id': 'org-1',
  'project.id': 'p',
  'agent.id': 'a',
  'job.type': 'message',
  'gen_ai.request.model': 'm-large',
};

function named(name: string, cause?: unknown): Error {
  return Object.assign(new Error(name, { cause }), { name });
}

describe('a job that outlives its row', () => {
  it('is counted in the totals of its day once', async () => {
    const store = database.store();
    const { timings, clock, warnings } = setUp(store);
    const job = timings.start({ id: 'a', ...told });
    await timings.flush();
    clock.advance(8n * 86_400_000_000_000n);
    expect(await store.aggregateBefore(new Date(clock.now()))).toBe(1);
    job.end();
    expect(await timings.flush()).toBe(true);
    expect(await timings.get('a')).toBeUndefined();
    expect(await store.aggregateBefore(new Date(clock.now()))).toBe(0);
    expect(await store.days()).toMatchObject([{ day: '2026-01-31', jobs: 1, durationCount: 0 }]);
    expect(timings.health()).toMatchObject({ written: 1, refused: { unknown: 1 } });
    expect(warnings).toEqual([expect.stringContaining('there is no such job')]);
  });
});

describe('run', () => {
  it('writes and records one reading of the clock', async () => {
    const { timings, metrics, clock } = setUp(database.store());
    const answer = { text: 'hello' };
    const result = await timings.run({ id: 'a', ...told }, async (job) => {
      clock.advance(420_000_001n);
      job.firstToken();
      clock.advance(1n);
      job.firstToken();
      clock.advance(580_000_000n);
      return answer;
    });
    expect(result).toBe(answer);
    await timings.flush();
    expect(await timings.get('a')).toEqual({
      id: 'a',
      ...told,
      startedAt: new Date('2026-01-31T12:00:00Z'),
      outcome: 'completed',
      ttftNs: 420_000_001n,
      ttftClock: 'monotonic',
      totalDurationNs: 1_000_000_002n,
      durationClock: 'monotonic',
    });
    expect(await metrics.jobTimeToFirstToken.readAll()).toMatchObject([
      { attributes, value: { count: 1, sum: 0.420000001 } },
    ]);
    expect(await metrics.jobDuration.readAll()).toMatchObject([
      { attributes: { ...attributes, 'job.outcome': 'completed' }, value: { sum: 1.000000002 } },
    ]);
    // All of it waited for the same flush: one row.
    expect(timings.health()).toMatchObject({ written: 1, queued: 0, open: 0 });
    await timings.close();
  });

  it.each([
    ['failed', 'an error', () => new Error('x')],
    ['failed', 'a string', () => 'x'],
    ['failed', 'nothing', () => undefined],
    ['failed', 'what cannot be read', throwingProxy],
    ['cancelled', 'an AbortError', () => AbortSignal.abort().reason],
    ['expired', 'a TimeoutError', () => named('TimeoutError')],
    ['expired', 'an abort by timeout', () => named('AbortError', named('TimeoutError'))],
  ])('says %s where it throws %s, and throws it on', async (outcome, _, make) => {
    const thrown: unknown = make();
    const store = scriptedStore();
    const { timings, metrics } = setUp(store);
    const failing = () => {
      throw thrown;
    };
    // Compared by identity alone: an assertion would read what cannot be read.
    for (const fn of [failing, async () => failing()]) {
      const caught = await timings.run(org, fn).catch((error: unknown) => [error]);
      expect((caught as unknown[])[0] === thrown).toBe(true);
    }
    await timings.flush();
    const outcomes = store.batches.flat().map((change) => change.outcome);
    expect(outcomes).toEqual([outcome, outcome]);
    expect(await metrics.jobDuration.total({ 'job.outcome': outcome as 'failed' })).toBe(2);
  });

  it('says what the job has said of its end, however it ends', async () => {
    const store = scriptedStore();
    const { timings, clock } = setUp(store);
    await timings.run({ id: 'set', ...org }, (job) => job.setOutcome('expired'));
    await timings
      .run({ id: 'thrown', ...org }, (job) => {
        job.setOutcome('cancelled');
        throw new Error('x');
      })
      .catch(() => {});
    await timings.run({ id: 'ended', ...org }, (job) => {
      clock.advance(5n);
      job.end('failed');
      clock.advance(5n);
      job.firstToken();
      job.end('completed');
    });
    await timings.flush();
    const told = store.batches.flat().map(({ id, outcome, duration }) => [id, outcome, duration]);
    expect(told).toEqual([
      ['set', 'expired', { ns: 0n, clock: 'monotonic' }],
      ['thrown', 'cancelled', { ns: 0n, clock: 'monotonic' }],
      ['ended', 'failed', { ns: 5n, clock: 'monotonic' }],
    ]);
  });

  it('takes its ids from the request context, and gives them to what it runs', async () => {
    const store = scriptedStore();
    const { timings, metrics } = setUp(store);
    const context = { 'organization.id': 'org-1', 'agent.id': 'outer', 'template.id': 't' };
    await withAttributes(context, () =>
      timings.run({ agentId: 'inner' }, async (job) => {
        expect(job.id).toMatch(/^[0-9a-f-]{36}$/);
        expect(getAttributes()).toEqual({ ...context, 'agent.id': 'inner' });
        job.firstToken();
      }),
    );
    await timings.flush();
    expect(store.batches.flat()).toMatchObject([{ ...org, agentId: 'inner', isStart: true }]);
    const series = await metrics.jobTimeToFirstToken.readAll();
    expect(series.map((it) => it.attributes)).toEqual([{ ...context, 'agent.id': 'inner' }]);
  });

  it('goes on where the job cannot be stored, and says so', async () => {
    const store = scriptedStore();
    const { timings, metrics, warnings } = setUp(store);
    for (const job of [{}, { id: '', ...org }, { id: 'x'.repeat(256), ...org }]) {
      expect(await timings.run(job, () => 5)).toBe(5);
    }
    await timings.flush();
    expect(store.batches).toEqual([]);
    expect(timings.health().dropped.rejected).toBe(3);
    expect(warnings).toHaveLength(1);
    expect(await metrics.jobDuration.total()).toBe(3);
  });

  it('stores text that PostgreSQL has no place for as well as it can', async () => {
    const { timings } = setUp(database.store());
    const nasty = 'a\0b\ud800c';
    await timings.run({ id: nasty, ...org, type: nasty, model: 'x'.repeat(300) }, () => {});
    timings.recordTtft(nasty, 0n, org);
    await timings.flush();
    expect((await timings.list()).jobs).toMatchObject([
      { id: 'a\uFFFDb\uFFFDc', type: 'a\uFFFDb\uFFFDc', model: 'x'.repeat(255), ttftNs: 0n },
    ]);
    await timings.close();
  });

  it('records the attributes that a registry of your own declares, and no others', async () => {
    const metrics = testRegistry(
      defineRegistry({
        scope: { name: 'app' },
        instruments: {
          ...agentInstruments,
          jobDuration: histogram({
            ...agentInstruments.jobDuration,
            attributes: {
              ...agentInstruments.jobDuration.attributes,
              tier: attr.oneOf('free', 'paid'),
            },
          }),
        },
      }),
    );
    const timings = createJobTimings({ store: scriptedStore(), metrics });
    const more = { tier: 'paid', unheard: 'of' };
    await timings.run({ ...org, attributes: more }, (job) => job.firstToken());
    expect(await metrics.jobDuration.total({ tier: 'paid' })).toBe(1);
    expect(await metrics.jobTimeToFirstToken.total()).toBe(1);
    expect(metrics.dropped()).toEqual([]);
    await timings.close();
  });
});

describe('reports on a job of this process', () => {
  it('are recorded at once, each value once', async () => {
    const store = database.store();
    const { timings, metrics, warnings } = setUp(store);
    timings.start({ id: 'a', ...told });
    timings.recordTtft('a', 5n, org);
    timings.recordTtft('a', 6n, org);
    timings.recordResponseDuration('a', 4n, org);
    timings.recordResponseDuration('a', 7n, org, 'expired');
    expect(await metrics.jobTimeToFirstToken.total()).toBe(1);
    expect(await metrics.jobDuration.readAll()).toMatchObject([
      { attributes: { ...attributes, 'job.outcome': 'expired' }, value: { count: 1, sum: 7e-9 } },
    ]);
    await timings.flush();
    expect(await timings.get('a')).toMatchObject({
      ttftNs: 5n,
      totalDurationNs: 7n,
      outcome: 'expired',
    });
    expect(timings.health().refused).toMatchObject({ duplicate: 1, implausible: 1 });
    expect(warnings.join()).toContain('"a"');
    await timings.close();
  });

  it('of another organization are denied, counted and named', async () => {
    const { timings, metrics, warnings } = setUp(database.store());
    timings.start({ id: 'secret-job', ...told });
    timings.recordTtft('secret-job', 5n, other);
    timings.recordResponseDuration('secret-job', 5n, other);
    await timings.flush();
    expect(await timings.get('secret-job')).not.toHaveProperty('ttftNs');
    expect(timings.health().refused.denied).toBe(2);
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain('"secret-job"');
    expect(await metrics.jobTimeToFirstToken.total()).toBe(0);
    await timings.close();
  });

  it('may be moments, whose difference to the start is marked', async () => {
    const { timings, clock } = setUp(database.store());
    timings.start({ id: 'a', ...org });
    const at = (millis: number) => ({ at: new Date(clock.now() + millis) });
    timings.recordTtft('a', at(-1), org);
    timings.recordTtft('a', at(250), org);
    timings.recordResponseDuration('a', at(8 * 86_400_000), org);
    timings.recordResponseDuration('a', at(300), org);
    await timings.flush();
    expect(await timings.get('a')).toMatchObject({
      ttftNs: 250_000_000n,
      ttftClock: 'wall',
      totalDurationNs: 300_000_000n,
      durationClock: 'wall',
    });
    expect(timings.health().refused.implausible).toBe(2);
    await timings.close();
  });
});

describe('reports on a job of another process', () => {
  /** Two processes on one table. */
  async function twoProcesses(options: Parameters<typeof setUp>[1] = {}) {
    const store = database.store();
    const api = setUp(store);
    const worker = setUp(store, options);
    api.timings.start({ id: 'a', ...told });
    await api.timings.flush();
    return { api, worker, store };
  }

  it('are recorded as the database takes them, with what it knows of the job', async () => {
    const { worker } = await twoProcesses();
    const { timings, metrics } = worker;
    withAttributes({ 'template.id': 't' }, () => {
      timings.recordTtft('a', 5n, org);
      timings.recordTtft('a', 6n, org);
    });
    expect(await metrics.jobTimeToFirstToken.total()).toBe(0);
    await timings.flush();
    timings.recordTtft('a', 7n, org);
    timings.recordResponseDuration('a', 9n, org);
    await timings.flush();
    expect(await metrics.jobTimeToFirstToken.readAll()).toMatchObject([
      { attributes: { ...attributes, 'template.id': 't' }, value: { count: 1, sum: 5e-9 } },
    ]);
    expect(await metrics.jobDuration.total({ 'job.outcome': 'completed' })).toBe(1);
    expect(timings.health().refused.duplicate).toBe(2);
  });

  it('are refused where the job is not there or not the actor’s', async () => {
    const { worker, store } = await twoProcesses();
    const { timings, metrics, warnings } = worker;
    timings.recordTtft('a', 5n, other);
    timings.recordTtft('no-such-job', 5n, org);
    await timings.flush();
    // Those that wait for a job to appear are looked at again by the second flush.
    await timings.flush();
    expect(timings.health()).toMatchObject({
      written: 0,
      refused: { denied: 1, unknown: 1 },
      dropped: { overflow: 0, shutdown: 0, rejected: 0 },
    });
    expect(warnings.filter((line) => line.includes('"no-such-job"'))).toHaveLength(1);
    expect(warnings.filter((line) => line.includes('"a"'))).toHaveLength(1);
    expect(await metrics.jobTimeToFirstToken.total()).toBe(0);
    expect((await store.list()).jobs).toHaveLength(1);
  });

  it('wait for a job whose start is on its way', async () => {
    const store = database.store();
    const api = setUp(store);
    const worker = setUp(store, { unknownJobGrace: 60_000 });
    worker.timings.recordTtft('a', 5n, org);
    await worker.timings.flush();
    expect(worker.timings.health()).toMatchObject({ queued: 1, refused: { unknown: 0 } });
    api.timings.start({ id: 'a', ...told });
    await api.timings.flush();
    await worker.timings.close();
    expect(worker.timings.health()).toMatchObject({ queued: 0, written: 1 });
    expect(await store.get('a')).toMatchObject({ ttftNs: 5n });
  });

  it('follow authorize in place of the organization', async () => {
    const asked: unknown[] = [];
    const rule = async (job: JobRecord, actor: { organizationId: string }) => {
      asked.push([job.id, actor.organizationId]);
      if (actor.organizationId === 'broken') throw new Error('the rule is broken');
      return actor.organizationId === 'admin';
    };
    const { worker, store } = await twoProcesses({ authorize: rule });
    const { timings, warnings } = worker;
    timings.recordTtft('a', 4n, org);
    timings.recordTtft('a', 3n, { organizationId: 'broken' });
    timings.recordTtft('no-such-job', 3n, { organizationId: 'admin' });
    timings.recordTtft('a', 5n, { organizationId: 'admin' });
    await timings.flush();
    expect(await store.get('a')).toMatchObject({ ttftNs: 5n });
    expect(asked).toEqual([
      ['a', 'org-1'],
      ['a', 'broken'],
      ['a', 'admin'],
    ]);
    expect(timings.health().refused).toMatchObject({ denied: 2, unknown: 1 });
    expect(warnings.join()).toContain('the rule is broken');
    expect(await timings.get('a', org)).toBeUndefined();
    expect(await timings.get('a', { organizationId: 'admin' })).toBeDefined();
  });

  it('follow authorize on jobs of this process too', async () => {
    const { timings } = setUp(database.store(), { authorize: () => false });
    const job = timings.start({ id: 'own', ...org });
    await timings.flush();
    timings.recordTtft('own', 5n, org);
    job.end();
    await timings.flush();
    expect(await timings.get('own')).not.toHaveProperty('ttftNs');
    expect(await timings.get('own')).toMatchObject({ outcome: 'completed' });
    expect(timings.health().refused.denied).toBe(1);
  });
});

describe('get', () => {
  it('asks the rule where an actor is passed, one that is none as well', async () => {
    const { timings } = setUp(database.store());
    timings.start({ id: 'a', ...org });
    await timings.flush();
    expect(await timings.get('a')).toBeDefined();
    expect(await timings.get('a', org)).toBeDefined();
    expect(await timings.get('a', other)).toBeUndefined();
    expect(await timings.get('a', untyped(undefined))).toBeUndefined();
    expect(await timings.get('a', untyped(throwingProxy()))).toBeUndefined();
    expect(await timings.get('a\0', org)).toBeUndefined();
    expect((await timings.list({ organizationId: '\0' })).jobs).toEqual([]);
  });
});

describe('whatever is passed', () => {
  const hostile = [undefined, null, 5, 'x', -1n, 2n ** 63n, {}, throwingProxy(), Symbol('x')];

  it('nothing throws, and nothing of it is stored', async () => {
    const store = scriptedStore();
    const { timings, metrics } = setUp(store);
    for (const it of hostile) {
      timings.recordTtft(untyped(it), untyped(it), untyped(it));
      timings.recordTtft('a', untyped(it), org);
      timings.recordTtft('a', 1n, untyped(it));
      timings.recordResponseDuration('a', untyped({ at: it }), org, untyped(it));
      timings.recordTtft(
        'a',
        untyped({ at: new Date(Number.NaN) }),
        throwingGetter('organizationId') as never,
      );
      expect(await timings.run(untyped(it), () => 5)).toBe(5);
      const job = timings.start(untyped({ id: it, organizationId: it, attributes: it }));
      job.setOutcome(untyped(it));
      job.end(untyped(it));
    }
    await timings.flush();
    for (const change of store.batches.flat()) {
      expect(change.organizationId).toBe('x');
      expect(typeof change.id).toBe('string');
    }
    expect(metrics.dropped()).toEqual([]);
  });

  it.each([
    ['store', {}],
    ['store', { store: {} }],
    ['authorize', { store: scriptedStore(), authorize: 5 }],
    ['maxQueuedRows', { store: scriptedStore(), maxQueuedRows: 0 }],
    ['batchSize', { store: scriptedStore(), batchSize: 1.5 }],
    ['timeout', { store: scriptedStore(), timeout: Number.NaN }],
    ['writeTimeout', { store: scriptedStore(), writeTimeout: 2 ** 31 }],
  ])('an option that cannot be used is named: %s', (name, options) => {
    const make = () => createJobTimings(options as { store: JobStore });
    expect(make).toThrow(name);
    expect(make).toThrow(expect.objectContaining({ code: 'INVALID_SETUP' }));
  });

  it('a registry without the instruments is an error', () => {
    const metrics = defineRegistry({ scope: { name: 'x' }, instruments: {} });
    const make = () => createJobTimings({ store: scriptedStore(), metrics: untyped(metrics) });
    expect(make).toThrow(expect.objectContaining({ code: 'INVALID_REGISTRY' }));
  });
});
