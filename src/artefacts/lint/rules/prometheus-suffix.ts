import { eachInstrument } from '../finding.js';

/** What a suffix means to Prometheus. */
const SUFFIXES: Readonly<Record<string, string>> = {
  total: 'which Prometheus adds to counters by itself',
  bucket: 'which Prometheus adds to the buckets of a histogram',
  created: 'which OpenMetrics adds to the start times of a metric',
  info: 'which OpenMetrics keeps for metrics that only carry labels',
};

/**
 * Suffixes that Prometheus gives a meaning. `count` and `sum` are none by themselves: the conventions
 * have names that end so; where they meet a histogram's, `prometheus-collision` says so.
 * Source: OpenMetrics 1.0, "Suffixes".
 */
export const prometheusSuffix = eachInstrument('prometheus-suffix', ({ name }) => {
  const word =
    name
      .split(/[._/-]/)
      .at(-1)
      ?.toLowerCase() ?? '';
  const meaning = Object.hasOwn(SUFFIXES, word) ? SUFFIXES[word] : undefined;
  if (meaning === undefined) return [];
  return [
    {
      severity: 'warning',
      message: `The name ends in "${word}", ${meaning}.`,
      fix: `Leave "${word}" out of the name.`,
    },
  ];
});
