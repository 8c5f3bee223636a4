import { expect, it } from 'vitest';
import { attr, counter } from '../../src/index.js';
import { pointsOf } from '../support/collected.js';
import { openRegistry } from '../support/open-registry.js';

/** Encoders write each of them as U+FFFD, and a request then had one series several times. */
it('half a surrogate pair in a value makes no series of its own', async () => {
  const { metrics } = openRegistry({
    c: counter({ name: 'c', unit: '1', attributes: { key: attr.string({ maxValues: 3 }) } }),
  });
  const bound = metrics.c.bind({ key: 'a\udfff' });
  for (let i = 0; i < 2; i++) {
    metrics.c.add(1, { key: 'a\ud800' });
    metrics.c.add(1, { key: 'a\ufffd' });
    bound.add(1);
    metrics.c.add(1, { key: 'a😀' });
  }
  const points = await pointsOf(metrics.producer(), 'c');
  expect(points.map(({ attributes, value }) => [attributes['key'], value])).toEqual([
    ['a\ufffd', 6],
    ['a😀', 2],
  ]);
});
