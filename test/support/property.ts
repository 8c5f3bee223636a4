/**
 * How hard the property tests try. A fixed seed keeps `npm test` the same everywhere; exploring is
 * `METERBOOK_PROPERTY_SEED=random METERBOOK_PROPERTY_RUNS=20 npm test -- test/properties`, where the
 * second is a factor on the number of runs. A failure prints its seed and path: keep it as an
 * example of the property, or as a test in `test/regression`.
 */
const seed = process.env['METERBOOK_PROPERTY_SEED'] ?? '20250101';
const factor = Number(process.env['METERBOOK_PROPERTY_RUNS'] ?? '1');

/** Parameters for `fc.assert`. */
export function tries(runs: number): { readonly numRuns: number; readonly seed?: number } {
  const numRuns = Math.ceil(runs * factor);
  return seed === 'random' ? { numRuns } : { numRuns, seed: Number(seed) };
}

/** Time allowed for a property test, milliseconds. */
export const PROPERTY_TIMEOUT = 20_000 * Math.max(1, factor);
