import { describe, expect, it } from 'vitest';
import { agentHelpers, agentInstruments } from '../../src/agent/index.js';
import {
  attr,
  buckets,
  counter,
  defineRegistry,
  histogram,
  MeterbookError,
  slo,
  withAttributes,
} from '../../src/index.js';
import { testRegistry } from '../../src/testing/index.js';

const scope = { name: 'support-agent' };

describe('a registry of your own', () => {
  it('takes the standard instruments beside its own', async () => {
    const app = defineRegistry({
      scope,
      instruments: {
        ...agentInstruments,
        refunds: counter({
          name: 'refunds',
          unit: '{refund}',
          attributes: { reason: attr.oneOf('late', 'wrong') },
        }),
      },
      slos: {
        fastFirstToken: slo({
          instrument: 'jobTimeToFirstToken',
          objective: 0.99,
          threshold: 2.56,
          window: '30d',
        }),
      },
    });
    const metrics = testRegistry(app);
    const { recordFirstToken } = agentHelpers(metrics);
    withAttributes({ 'organization.id': 'org-1' }, () =>
      recordFirstToken({ milliseconds: 420 }, { 'gen_ai.request.model': 'm-large' }),
    );
    metrics.refunds.add(1, { reason: 'late' });
    expect(await metrics.jobTimeToFirstToken.readAll()).toMatchObject([
      {
        attributes: { 'gen_ai.request.model': 'm-large', 'organization.id': 'org-1' },
        value: { count: 1, sum: 0.42 },
      },
    ]);
    expect(app.manifest().scope).toEqual({ name: 'support-agent' });
    expect(app.manifest().slos).toHaveLength(1);
  });

  it('keeps apart from other registries with the same instruments', async () => {
    const [one, two] = [1, 2].map(() =>
      testRegistry(defineRegistry({ scope, instruments: agentInstruments })),
    );
    agentHelpers(one as NonNullable<typeof one>).recordUserMessage();
    expect(await one?.agentUserMessages.read()).toBe(1);
    expect(await two?.agentUserMessages.read()).toBeUndefined();
  });

  it('may change what an instrument carries; the helper follows', async () => {
    const app = defineRegistry({
      scope,
      instruments: {
        ...agentInstruments,
        jobDuration: histogram({
          name: 'job.duration',
          unit: 's',
          buckets: buckets.explicit([1, 60]),
          attributes: { tier: attr.oneOf('free', 'paid') },
        }),
        httpServerRequests: counter({
          name: 'http.server.requests',
          unit: '{request}',
          attributes: {
            'http.request.method': attr.string({ maxValues: 10 }),
            tenant: attr.string({ maxValues: 10 }),
          },
        }),
      },
    });
    const metrics = testRegistry(app);
    const { recordEndpoint, recordJobDuration } = agentHelpers(metrics);
    recordJobDuration({ seconds: 3 }, { tier: 'paid' });
    expect(await metrics.jobDuration.read({ tier: 'paid' })).toMatchObject({ sum: 3 });

    recordEndpoint(
      { seconds: 1 },
      { 'http.request.method': 'GET', 'url.scheme': 'http', tenant: 't' },
    );
    const duration = { 'http.request.method': 'GET', 'url.scheme': 'http' } as const;
    expect(await metrics.httpServerRequestDuration.total(duration)).toBe(1);
    expect(await metrics.httpServerRequests.readAll()).toEqual([
      { attributes: { 'http.request.method': 'GET', tenant: 't' }, value: 1 },
    ]);
    expect(metrics.dropped()).toEqual([]);
  });
});

describe('an instrument declared again', () => {
  it('keeps what is not changed', () => {
    const { jobDuration } = agentInstruments;
    const again = histogram({
      ...jobDuration,
      maxSeries: 100,
      attributes: { ...jobDuration.attributes, tier: attr.oneOf('free', 'paid') },
    });
    const { attributes: before, ...unchanged } = { ...jobDuration, maxSeries: 100 };
    expect(again).toMatchObject(unchanged);
    expect(Object.keys(again.attributes)).toEqual([...Object.keys(before), 'tier']);
    expect(counter({ ...agentInstruments.agentTimeouts })).toEqual(agentInstruments.agentTimeouts);
  });
});

describe('agentHelpers', () => {
  const failure = (registry: unknown): MeterbookError => {
    try {
      agentHelpers(registry as ReturnType<typeof wholeRegistry>);
    } catch (error) {
      if (error instanceof MeterbookError) return error;
    }
    throw new Error('it did not throw a MeterbookError');
  };
  const wholeRegistry = () => defineRegistry({ scope, instruments: agentInstruments });

  it('refuses a registry that lacks an instrument, and names it', () => {
    const { agentTimeouts: _, ...rest } = agentInstruments;
    const error = failure(defineRegistry({ scope, instruments: rest }));
    expect(error.code).toBe('INVALID_REGISTRY');
    expect(error.instrument).toBe('agentTimeouts');
    expect(error.message).toContain('a counter in "{timeout}"');
    expect(error.message).toContain('the registry has none');
    expect(error.fix).toContain('Spread agentInstruments');
  });

  it('refuses an instrument of another unit or kind, and shows both', () => {
    const inMillis = defineRegistry({
      scope,
      instruments: {
        ...agentInstruments,
        jobDuration: histogram({ name: 'job', unit: 'ms', buckets: buckets.explicit([1]) }),
      },
    });
    expect(failure(inMillis).message).toContain('needs a histogram in "s"');
    expect(failure(inMillis).message).toContain('has a "histogram" in "ms"');
    const asCounter = defineRegistry({
      scope,
      instruments: { ...agentInstruments, jobDuration: counter({ name: 'job', unit: 's' }) },
    });
    expect(failure(asCounter).message).toContain('has a "counter" in "s"');
  });

  it.each([undefined, null, 1, {}, { jobTimeToFirstToken: {} }])('refuses %o', (registry) => {
    expect(failure(registry).code).toBe('INVALID_REGISTRY');
  });

  it('makes helpers that can be taken apart and not be changed', () => {
    const helpers = agentHelpers(wholeRegistry());
    expect(Object.isFrozen(helpers)).toBe(true);
    const { recordUserMessage } = helpers;
    expect(() => recordUserMessage()).not.toThrow();
  });
});
