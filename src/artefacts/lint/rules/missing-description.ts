import { eachInstrument } from '../finding.js';

/** An instrument that does not say what it measures. */
export const missingDescription = eachInstrument('missing-description', ({ description }) =>
  description.trim() === ''
    ? [
        {
          severity: 'warning',
          message: 'It has no description.',
          fix: 'Say in a sentence what is measured, from where to where.',
        },
      ]
    : [],
);
