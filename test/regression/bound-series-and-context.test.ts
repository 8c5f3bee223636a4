import { AsyncLocalStorage } from 'node:async_hooks';
import { describe, expect, it, vi } from 'vitest';
import { attr, counter, withAttributes } from '../../src/index.js';
import { pointsOf } from '../support/collected.js';
import { openRegistry } from '../support/open-registry.js';

/**
 * A series bound outside of any request took its context attributes from whichever request recorded
 * first, and kept them: the measurements of every later one were counted for the first.
 */
describe('a bound series takes its context attributes when it is bound', () => {
  const declare = () =>
    openRegistry({
      calls: counter({
        name: 'calls',
        unit: '{call}',
        attributes: { 'organization.id': attr.string().fromContext().optional() },
      }),
    });

  it('none, where it is bound outside of a context', async () => {
    const { metrics } = declare();
    const bound = metrics.calls.bind();
    withAttributes({ 'organization.id': 'first' }, () => bound.add(1));
    withAttributes({ 'organization.id': 'second' }, () => bound.add(1));
    const points = await pointsOf(metrics.producer(), 'calls');
    expect(points.map(({ attributes, value }) => [attributes, value])).toEqual([[{}, 2]]);
  });

  it('those of the moment, also where the call passes undefined', async () => {
    const { metrics } = declare();
    const bound = withAttributes({ 'organization.id': 'here' }, () =>
      metrics.calls.bind({ 'organization.id': undefined }),
    );
    bound.add(1);
    withAttributes({ 'organization.id': 'elsewhere' }, () => bound.add(1));
    const points = await pointsOf(metrics.producer(), 'calls');
    expect(points.map(({ attributes, value }) => [attributes, value])).toEqual([
      [{ 'organization.id': 'here' }, 2],
    ]);
  });

  /** The first `run` of a process makes every promise dearer on Node 20. */
  it('and no store is entered for it', () => {
    const { metrics } = declare();
    const run = vi.spyOn(AsyncLocalStorage.prototype, 'run');
    metrics.calls.bind().add(1);
    metrics.calls.add(1, { 'organization.id': 'a' });
    expect(run).not.toHaveBeenCalled();
  });
});
