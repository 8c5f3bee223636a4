import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Resolution } from '../../../src/live/store/resolution.js';
import { tries } from '../../support/property.js';

const FIRST = 1_003;

interface Row {
  readonly start: number;
  readonly end: number;
  readonly width: number;
}

function rowsOf(resolution: Resolution, from: number, end: number): readonly Row[] {
  const rows: Row[] = [];
  for (let slot = from; slot < end; slot = resolution.endOf(slot)) {
    const start = resolution.startOf(slot);
    rows.push({ start, end: resolution.endOf(slot), width: resolution.widthAt(start) });
  }
  return rows;
}

describe('the resolution', () => {
  it('gets coarser with age, never finer, and a row is never cut', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(600), { minLength: 5, maxLength: 40 }), (passed) => {
        const resolution = new Resolution();
        let end = FIRST;
        let before: readonly Row[] = [];
        for (const seconds of passed) {
          end += seconds;
          resolution.coarsen(FIRST, end);
          const rows = rowsOf(resolution, FIRST, end);
          // They follow each other, are never wider than an older one, and what is not over is not put together.
          for (const [i, row] of rows.entries()) {
            const older = rows[i - 1];
            if (older !== undefined) expect(row.start).toBe(older.end);
            expect(row.end - row.start).toBeLessThanOrEqual(older?.width ?? 300);
            expect(row.end - row.start).toBe(row.width);
            expect(resolution.startOf(row.end - 1)).toBe(row.start);
          }
          expect(rows.at(-1)?.end ?? end).toBe(end);
          // Each of those before is in one of them.
          const starts = new Set(rows.map(({ start }) => start));
          for (const row of before) {
            const start = resolution.startOf(row.start);
            expect(starts.has(start)).toBe(true);
            expect(resolution.startOf(row.end - 1)).toBe(start);
          }
          before = rows;
        }
      }),
      tries(20),
    );
  });

  it('comes to an end, with an hour in few rows', () => {
    const resolution = new Resolution();
    const rows = () => rowsOf(resolution, FIRST, FIRST + 3_600).length;
    let before = rows();
    expect(before).toBe(3_600);
    while (resolution.coarsen(FIRST, FIRST + 3_600)) {
      expect(rows()).toBeLessThan(before);
      before = rows();
    }
    expect(before).toBeLessThan(30);
  });

  it('is as fine as it can be where there is nothing', () => {
    const resolution = new Resolution();
    expect(resolution.coarsen(FIRST, FIRST)).toBe(false);
    expect(resolution.coarsen(FIRST + 5, FIRST)).toBe(false);
    expect(resolution.widthAt(FIRST)).toBe(1);
  });
});
