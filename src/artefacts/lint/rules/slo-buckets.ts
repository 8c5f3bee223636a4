import { eachInstrument, type InstrumentFinding } from '../finding.js';

/**
 * Buckets that do not cover an objective. Its threshold has to be a boundary, so that good
 * measurements can be counted; with none above it a percentile past the objective cannot be told,
 * and with none below it nothing shows how near the edge is.
 */
export const sloBuckets = eachInstrument('slo-buckets', (instrument, { slos }) => {
  const { boundaries, property, unit } = instrument;
  if (boundaries === undefined) return [];
  return slos
    .filter((slo) => slo.instrument === property)
    .flatMap(({ name, threshold }): InstrumentFinding[] => {
      const what = `the threshold ${threshold} ${unit} of the SLO "${name}"`;
      if (!boundaries.includes(threshold)) {
        return [
          {
            severity: 'error',
            message: `No boundary is ${what}, so that good measurements cannot be counted.`,
            fix: `Add ${threshold} to the boundaries, or choose one of them.`,
          },
        ];
      }
      const sides = [
        ...(boundaries.some((it) => it > threshold) ? [] : ['above']),
        ...(boundaries.some((it) => it < threshold) ? [] : ['below']),
      ];
      return sides.map((side) => ({
        severity: 'warning',
        message: `No boundary is ${side} ${what}.`,
        fix: `Add one: it tells how far measurements are ${side} it.`,
      }));
    });
});
