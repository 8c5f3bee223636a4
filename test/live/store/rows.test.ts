import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Rows } from '../../../src/live/store/rows.js';
import { tries } from '../../support/property.js';

const step = fc.oneof(
  fc.record({ add: fc.nat(60), value: fc.integer({ min: 1, max: 9 }) }),
  fc.record({ forget: fc.nat(60) }),
  fc.record({ merge: fc.nat(60) }),
  fc.record({ thin: fc.nat(60) }),
);

/** Rows of five slots before a slot that is a multiple of them. */
function rowsBefore(edge: number): (slot: number) => number {
  return (slot) => (slot < Math.floor(edge / 5) * 5 ? Math.floor(slot / 5) * 5 : slot);
}

/** The same of a map by slot: what is in one row added up, or the last of it. */
function merged(model: ReadonlyMap<number, number>, startOf: (slot: number) => number) {
  const sums = new Map<number, number>();
  for (const [slot, value] of model) {
    sums.set(startOf(slot), (sums.get(startOf(slot)) ?? 0) + value);
  }
  return sums;
}

function thinned(model: ReadonlyMap<number, number>, startOf: (slot: number) => number) {
  const slots = [...model.keys()];
  const isLast = (slot: number) =>
    slots.every((other) => other <= slot || startOf(other) !== startOf(slot));
  return new Map([...model].filter(([slot]) => isLast(slot)));
}

describe('rows', () => {
  it('are what a map by slot is, in order, wherever late ones come in and old ones go or merge', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
        const shared = { rowBytes: 0 };
        const rows = new Rows(2, shared);
        let model = new Map<number, number>();
        for (const it of steps) {
          if ('forget' in it) {
            rows.forgetBefore(it.forget);
            for (const slot of model.keys()) if (slot < it.forget) model.delete(slot);
          } else if ('merge' in it) {
            rows.merge(rowsBefore(it.merge));
            model = merged(model, rowsBefore(it.merge));
          } else if ('thin' in it) {
            rows.thin(rowsBefore(it.thin));
            model = thinned(model, rowsBefore(it.thin));
          } else {
            const at = rows.rowFor(it.add);
            rows.values[at + 1] = (rows.values[at + 1] as number) + it.value;
            model.set(it.add, (model.get(it.add) ?? 0) + it.value);
          }
          const kept = Array.from({ length: rows.length }, (_, row) => [
            rows.slotOf(row),
            rows.values[rows.offsetOf(row) + 1],
          ]);
          expect(kept).toEqual([...model].sort(([a], [b]) => a - b));
          expect(shared.rowBytes).toBe(rows.values.byteLength);
        }
        rows.clear();
        expect(shared.rowBytes).toBe(0);
      }),
      tries(600),
    );
  });

  it.each(['merge', 'thin'] as const)('give memory back at once when they %s', (how) => {
    const shared = { rowBytes: 0 };
    const rows = new Rows(2, shared);
    for (let slot = 0; slot < 1_000; slot++) rows.rowFor(slot);
    rows[how](rowsBefore(1_000));
    expect(rows.length).toBe(200);
    expect(shared.rowBytes).toBe(225 * 2 * 8);
  });
});
