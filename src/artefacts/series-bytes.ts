import type { ManifestInstrument } from '../declare/index.js';

/** A number in a row, and the start time of a series. */
const FLOAT64_BYTES = 8;

/**
 * Bytes of the numbers that one series holds in the process: its row of Float64 and its start time.
 *
 * - explicit histogram: a count for each bucket, the one above the last boundary included; sum,
 *   least, greatest
 * - base-2 histogram: `maxSize` counts; eight numbers about them
 * - sum or gauge: the value, and how many measurements made it
 *
 * Not counted: attributes and the index that finds the series (some hundred bytes for each new set
 * of values), rows that are made ahead (at most 255 for each instrument), and one more row of each
 * series for every reader after the first.
 */
export function bytesPerSeries(instrument: ManifestInstrument): number {
  return (rowLength(instrument) + 1) * FLOAT64_BYTES;
}

/** Bytes of the numbers when every series exists that the declared bounds allow. */
export function worstCaseBytes(instrument: ManifestInstrument): number {
  return bytesPerSeries(instrument) * instrument.worstCaseSeries;
}

function rowLength({ boundaries, base2MaxSize }: ManifestInstrument): number {
  if (boundaries !== undefined) return boundaries.length + 1 + 3;
  if (base2MaxSize !== undefined) return base2MaxSize + 8;
  return 2;
}
