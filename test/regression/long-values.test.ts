import { describe, expect, it } from 'vitest';
import { attr, counter } from '../../src/index.js';
import { pointsOf } from '../support/collected.js';
import { usedBytes } from '../support/heap.js';
import { openRegistry } from '../support/open-registry.js';

const declare = () =>
  openRegistry({
    c: counter({ name: 'c', unit: '1', attributes: { key: attr.string() } }),
  });

describe('a value cut from a longer text', () => {
  /** V8 keeps the longer text alive for as long as the cut: a request body for every series. */
  it.each([20, 1_000])('does not keep it alive: %s characters', (length) => {
    const { metrics } = declare();
    const before = usedBytes();
    for (let i = 0; i < 1_000; i++) {
      const body = Buffer.alloc(100_000, `${i} `).toString();
      metrics.c.add(1, { key: body.slice(0, length) });
    }
    expect(usedBytes() - before).toBeLessThan(5e6);
    expect(metrics.cardinality()[0]?.series).toBe(1_000);
  });
});

describe('a value beyond 256 characters', () => {
  /** A pair cut in half is no text: encoders replace it, and two series become one. */
  it('is not cut in the middle of a character', async () => {
    const { metrics } = declare();
    metrics.c.add(1, { key: `${'x'.repeat(255)}😀` });
    metrics.c.add(1, { key: `${'x'.repeat(254)}😀${'y'.repeat(20)}` });
    const keys = (await pointsOf(metrics.producer(), 'c')).map((point) => point.attributes['key']);
    expect(keys).toEqual(['x'.repeat(255), `${'x'.repeat(254)}😀`]);
  });
});
