import type { AttributeValue, InstrumentDeclaration, Scope } from '../declare/index.js';
import type { PointValue } from './aggregation.js';
import type { Exemplar } from './exemplars.js';
import type { Rows } from './rows.js';
import type { Temporality } from './temporality.js';

/** One point: a series over a span of time. */
export interface Point {
  /** Shared between collections: read it, do not change it. */
  readonly attributes: Readonly<Record<string, AttributeValue>>;
  /** Wall-clock time, ms since the Unix epoch; never after the end. */
  readonly startMillis: number;
  readonly endMillis: number;
  readonly value: PointValue;
  /** At most one of each bucket; left out where there are none. */
  readonly exemplars?: readonly Exemplar[];
}

/** One instrument as one reader collects it. */
export interface MetricSnapshot {
  readonly declaration: InstrumentDeclaration;
  readonly temporality: Temporality;
  readonly rows: Rows;
  /** By what values, sums and least and greatest values are to be multiplied; 1 where it is left out. */
  readonly factor?: number | undefined;
}

/** The points of an instrument, for whoever wants objects. */
export function pointsOf({ rows }: MetricSnapshot): readonly Point[] {
  return rows.attributes.map((attributes, i) => ({
    attributes,
    startMillis: rows.starts[i] as number,
    endMillis: rows.endMillis,
    value: rows.aggregation.read(rows.numbers(i), rows.at(i)),
    ...(rows.exemplars.has(i) && { exemplars: rows.exemplars.get(i) as readonly Exemplar[] }),
  }));
}

/** One registry as one reader collects it: instruments with points only. */
export interface Snapshot {
  readonly scope: Scope;
  readonly metrics: readonly MetricSnapshot[];
  /** What went wrong in callbacks; their siblings are complete. */
  readonly errors: readonly unknown[];
}
