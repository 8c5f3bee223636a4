import { eachInstrument } from '../finding.js';

/** An attribute of any number of values: only `maxSeries` bounds it, at the cost of the others. */
export const unboundedAttribute = eachInstrument('unbounded-attribute', ({ attributes }) =>
  attributes
    .filter(
      ({ type, maxValues }) => (type === 'string' || type === 'int') && maxValues === undefined,
    )
    .map(({ key, type }) => ({
      severity: 'warning',
      message: `The attribute ${JSON.stringify(key)} may have any number of values.`,
      fix: `Bound it: attr.${type}({ maxValues: 100 }).`,
    })),
);
