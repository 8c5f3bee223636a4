import { prometheusLabel } from '../../prometheus-names.js';
import { eachInstrument, type InstrumentFinding } from '../finding.js';

/** Labels that every scraped series has of its target. */
const OF_TARGETS = new Set(['job', 'instance']);

/** Attributes whose label Prometheus needs for itself. */
export const reservedLabel = eachInstrument('reserved-label', ({ kind, attributes }) =>
  attributes.flatMap(({ key }): InstrumentFinding[] => {
    const label = prometheusLabel(key);
    if (label === 'le' && kind === 'histogram') {
      return [
        {
          severity: 'error',
          message: `The attribute ${JSON.stringify(key)} is the label of bucket boundaries.`,
          fix: 'Rename the attribute.',
        },
      ];
    }
    if (!OF_TARGETS.has(label)) return [];
    return [
      {
        severity: 'warning',
        message: `The attribute ${JSON.stringify(key)} is a label of the scrape target, and becomes "exported_${label}".`,
        fix: 'Rename the attribute.',
      },
    ];
  }),
);
