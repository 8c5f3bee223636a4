import { eachInstrument } from '../finding.js';

/** Default of the limit: ten times the default `maxSeries` of an instrument. */
export const DEFAULT_LIMIT = 20_000;

/** More series than the limit, by the bounds that are declared. */
export const worstCaseSeries = eachInstrument(
  'worst-case-series',
  ({ worstCaseSeries: series }, _, { maxSeries = DEFAULT_LIMIT }) =>
    series <= maxSeries
      ? []
      : [
          {
            severity: 'error',
            message: `It may come to ${series} series, more than ${maxSeries}.`,
            fix: 'Lower maxSeries or maxValues, leave an attribute out, or raise the limit.',
          },
        ],
);
