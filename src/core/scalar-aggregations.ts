import { type Aggregation, clamp } from './aggregation.js';

/** Layout of a row: the value, then how many measurements made it. */
const UPDATES = 1;

function reset(row: Float64Array, at: number): void {
  row[at] = 0;
  row[at + UPDATES] = 0;
}

function activity(row: Float64Array, at: number): number {
  return row[at + UPDATES] as number;
}

function read(row: Float64Array, at: number): number {
  return row[at] as number;
}

/** Sum of the increments. Source: OpenTelemetry metrics SDK, "Sum Aggregation". */
export const sumAggregation: Aggregation = {
  stride: 2,
  reset,
  update(row, at, value, weight) {
    const sum = (row[at] as number) + value * weight;
    if (!Number.isFinite(sum)) return -1;
    row[at] = sum;
    (row[at + UPDATES] as number) += 1;
    return 0;
  },
  merge(into, intoAt, from, fromAt) {
    into[intoAt] = clamp((into[intoAt] as number) + (from[fromAt] as number));
    (into[intoAt + UPDATES] as number) += from[fromAt + UPDATES] as number;
  },
  activity,
  read,
};

/** The last value set. Source: OpenTelemetry metrics SDK, "Last Value Aggregation". */
export const lastValueAggregation: Aggregation = {
  stride: 2,
  reset,
  update(row, at, value) {
    row[at] = value;
    (row[at + UPDATES] as number) += 1;
    return 0;
  },
  merge(into, intoAt, from, fromAt) {
    if (from[fromAt + UPDATES] === 0) return;
    into[intoAt] = from[fromAt] as number;
    (into[intoAt + UPDATES] as number) += from[fromAt + UPDATES] as number;
  },
  activity,
  read,
};
