import { eachInstrument } from '../finding.js';

const UNIT_WORDS = new Set([
  ...['nanoseconds', 'microseconds', 'milliseconds', 'seconds', 'minutes', 'hours', 'days'],
  ...['ns', 'us', 'ms', 'sec', 'secs', 'millis', 'nanos', 'micros'],
  ...['bytes', 'kilobytes', 'megabytes', 'gigabytes', 'kb', 'mb', 'gb', 'kib', 'mib', 'gib'],
  ...['percent', 'percentage', 'ratio', 'usd'],
]);

/**
 * A unit at the end of a name: the unit is a field of its own, and Prometheus puts it into the name
 * by itself. Source: OpenTelemetry semantic conventions, "Units".
 */
export const unitInName = eachInstrument('unit-in-name', ({ name, unit }) => {
  const word = name.split(/[._/-]/).at(-1) ?? '';
  if (!UNIT_WORDS.has(word.toLowerCase())) return [];
  return [
    {
      severity: 'warning',
      message: `The name ends in "${word}", which is a unit; the unit declared is "${unit}".`,
      fix: `Leave "${word}" out of the name, with renamedFrom while somebody still reads it.`,
    },
  ];
});
