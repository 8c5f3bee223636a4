import { describe, expect, it } from 'vitest';
import { attr, counter } from '../../src/index.js';
import { pointsOf } from '../support/collected.js';
import { openRegistry } from '../support/open-registry.js';

const declare = () =>
  openRegistry({
    c: counter({ name: 'c', unit: '1', attributes: { key: attr.string() } }),
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
