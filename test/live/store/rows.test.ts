import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Rows } from '../../../src/live/store/rows.js';
import { tries } from '../../support/property.js';

const step = fc.oneof(
  fc.record({ add: fc.nat(60), value: fc.integer({ min: 1, max: 9 }) }),
  fc.record({ forget: fc.nat(60) }),
);

describe('rows', () => {
  it('are what a map by slot is, in order, wherever late ones come in and old ones go', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
        const shared = { rowBytes: 0 };
        const rows = new Rows(2, shared);
        const model = new Map<number, number>();
        for (const it of steps) {
          if ('forget' in it) {
            rows.forgetBefore(it.forget);
            for (const slot of model.keys()) if (slot < it.forget) model.delete(slot);
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
      tries(300),
    );
  });
});
