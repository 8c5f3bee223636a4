import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import {
  addAttributes,
  attr,
  counter,
  getAttributes,
  observableGauge,
  withAttributes,
} from '../../src/index.js';
import { pointsOf } from '../support/collected.js';
import { openRegistry } from '../support/open-registry.js';

const declare = () =>
  openRegistry({
    calls: counter({
      name: 'calls',
      unit: '{call}',
      attributes: {
        'organization.id': attr.string().fromContext(),
        'agent.id': attr.string().fromContext().optional(),
        route: attr.string().optional(),
      },
    }),
  });

type Declared = ReturnType<typeof declare>['metrics'];
const exported = async (metrics: Declared) =>
  (await pointsOf(metrics.producer(), 'calls')).map(({ attributes, value }) => [attributes, value]);

describe('the request context', () => {
  it('supplies the attributes that are declared to come from it, and no others', async () => {
    const { metrics } = declare();
    withAttributes({ 'organization.id': 'o', route: '/secret', other: 'x' }, () =>
      metrics.calls.add(1),
    );
    expect(await exported(metrics)).toEqual([[{ 'organization.id': 'o' }, 1]]);
    expect(metrics.dropped()).toEqual([]);
  });

  it('yields to what the call passes, where that is a value', async () => {
    const { metrics } = declare();
    withAttributes({ 'organization.id': 'o', 'agent.id': 'a' }, () => {
      metrics.calls.add(1, { 'organization.id': 'call' });
      metrics.calls.add(10, { 'agent.id': undefined });
    });
    expect(await exported(metrics)).toEqual([
      [{ 'organization.id': 'call', 'agent.id': 'a' }, 1],
      [{ 'organization.id': 'o', 'agent.id': 'a' }, 10],
    ]);
  });

  it('that lacks a required attribute costs the measurement', () => {
    const { metrics, warnings } = declare();
    metrics.calls.add(1);
    withAttributes({ 'agent.id': 'a' }, () => metrics.calls.add(1));
    expect(metrics.dropped()).toMatchObject([{ measurements: { missing_attribute: 2 } }]);
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain('"organization.id"');
  });

  it('with a value of the wrong type costs the measurement', () => {
    const { metrics } = declare();
    withAttributes({ 'organization.id': 5 }, () => metrics.calls.add(1));
    expect(metrics.dropped()).toMatchObject([{ measurements: { invalid_attribute: 1 } }]);
  });

  it('holds across awaits and timers, apart for each request', async () => {
    const { metrics } = declare();
    const request = (id: string, millis: number) =>
      withAttributes({ 'organization.id': id }, async () => {
        await sleep(millis);
        metrics.calls.add(1);
        await Promise.all([sleep(1), sleep(2)]);
        await new Promise<void>((resolve) => setImmediate(() => resolve(metrics.calls.add(1))));
      });
    await Promise.all([request('slow', 10), request('quick', 1)]);
    expect((await exported(metrics)).sort()).toEqual([
      [{ 'organization.id': 'quick' }, 2],
      [{ 'organization.id': 'slow' }, 2],
    ]);
  });

  it('nests: inner attributes are on top, and go with their function', () => {
    const inner = withAttributes({ a: 1, b: 1 }, () => [
      withAttributes({ b: 2, c: 2 }, () => getAttributes()),
      getAttributes(),
    ]);
    expect(inner).toEqual([
      { a: 1, b: 2, c: 2 },
      { a: 1, b: 1 },
    ]);
    expect(getAttributes()).toEqual({});
  });

  it('takes additions for all that shares it, from then on', async () => {
    expect(addAttributes({ a: 1 })).toBe(false);
    await withAttributes({ a: 1 }, async () => {
      const child = (async () => {
        await sleep(5);
        return getAttributes();
      })();
      expect(addAttributes({ b: 2 })).toBe(true);
      withAttributes({ c: 3 }, () => addAttributes({ d: 4 }));
      expect(getAttributes()).toEqual({ a: 1, b: 2 });
      expect(await child).toEqual({ a: 1, b: 2 });
    });
    expect(getAttributes()).toEqual({});
  });

  it('copies what it is given, and what it gives', () => {
    const given = { a: 1 };
    withAttributes(given, () => {
      given.a = 2;
      Object.assign(getAttributes(), { a: 3 });
      expect(getAttributes()).toEqual({ a: 1 });
    });
  });

  it('passes on what the function returns or throws', async () => {
    expect(withAttributes({}, () => 7)).toBe(7);
    expect(await withAttributes({}, async () => 8)).toBe(8);
    const failure = new Error('of the application');
    const fail = () => {
      throw failure;
    };
    expect(() => withAttributes({}, fail)).toThrow(failure);
  });

  it('of the place where a series is bound is that of the series', async () => {
    const { metrics } = declare();
    const bound = withAttributes({ 'organization.id': 'bound' }, () => metrics.calls.bind());
    bound.add(1);
    withAttributes({ 'organization.id': 'other', 'agent.id': 'a' }, () => bound.add(1));
    expect(await exported(metrics)).toEqual([[{ 'organization.id': 'bound' }, 2]]);
  });

  it('of the collection supplies what a callback leaves out', async () => {
    const { metrics } = openRegistry({
      depth: observableGauge({
        name: 'depth',
        unit: '1',
        attributes: { shard: attr.string().fromContext() },
      }),
    });
    metrics.depth.addCallback((result) => withAttributes({ shard: 's1' }, () => result.observe(1)));
    const [point] = await pointsOf(metrics.producer(), 'depth');
    expect(point?.attributes).toEqual({ shard: 's1' });
  });

  it('keeps keys apart from the properties of every object', () => {
    withAttributes(JSON.parse('{"__proto__":"x","constructor":"y"}'), () => {
      expect(Object.keys(getAttributes())).toEqual(['__proto__', 'constructor']);
      expect(Object.getPrototypeOf(getAttributes())).toBe(Object.prototype);
    });
    const { metrics } = declare();
    withAttributes({}, () => metrics.calls.add(1));
    expect(metrics.dropped()).toMatchObject([{ measurements: { missing_attribute: 1 } }]);
  });
});
