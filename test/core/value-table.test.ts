import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ValueTable } from '../../src/core/value-table.js';

/** Values that share slots, that are equal to a `Map` only, and that stand for an empty slot. */
const value = fc.oneof(
  fc.constantFrom('', 'a', 'aa', 'ba', 'xxxxx1', 'yxxxx1', 'zxxxx1', undefined, true, false),
  fc.constantFrom(0, -0, 1, 2, 1_024, 2_048, 0.5, 1.5, -1, 2 ** 32, Number.NaN, Infinity),
  fc.string({ maxLength: 6 }),
  fc.integer(),
);

const step = fc.record({ value, isAdded: fc.boolean() });

describe('a table of values', () => {
  it('finds what a Map finds, after any additions and removals', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
        const table = new ValueTable<{ readonly id: number }>();
        const model = new Map<unknown, { readonly id: number }>();
        for (const [id, { value, isAdded }] of steps.entries()) {
          expect(table.get(value)).toBe(model.get(value));
          if (isAdded && !model.has(value) && !Number.isNaN(value)) {
            table.add(value, { id });
            model.set(value, table.get(value) as { readonly id: number });
            expect(table.get(value)?.id).toBe(id);
          } else if (!isAdded && model.has(value)) {
            table.delete(value);
            model.delete(value);
          }
          expect(table.size).toBe(model.size);
        }
        for (const [key, node] of model) expect(table.get(key)).toBe(node);
        for (const { value } of steps) expect(table.get(value)).toBe(model.get(value));
      }),
      { numRuns: 500 },
    );
  });

  it('finds ten thousand values that would all have one slot', () => {
    const table = new ValueTable<{ readonly i: number }>();
    const names = Array.from(
      { length: 10_000 },
      (_, i) => `a${String(i).padStart(5, '0')}bbbbbbbbbbbb`,
    );
    const numbers = names.map((_, i) => i * 65_536);
    for (const [i, name] of names.entries()) table.add(name, { i });
    for (const [i, number] of numbers.entries()) table.add(number, { i });
    expect(names.every((name, i) => table.get(name)?.i === i)).toBe(true);
    expect(numbers.every((number, i) => table.get(number)?.i === i)).toBe(true);
    expect(table.get('a00001bbbbbbbbbbbc')).toBeUndefined();
    expect(table.get(65_537)).toBeUndefined();
  });
});
