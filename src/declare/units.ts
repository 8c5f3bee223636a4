import { MeterbookError, show } from '../errors.js';

/** Units of time: what a timer can record in. */
export type TimeUnit = 'ns' | 'us' | 'ms' | 's' | 'min' | 'h' | 'd';

/** UCUM atoms that OpenTelemetry instruments use. */
type BaseUnit =
  | TimeUnit
  | '1'
  | '%'
  | 'bit'
  | 'By'
  | 'kBy'
  | 'MBy'
  | 'GBy'
  | 'TBy'
  | 'KiBy'
  | 'MiBy'
  | 'GiBy'
  | 'TiBy'
  | 'Hz'
  | 'm'
  | 'g'
  | 'kg'
  | 'V'
  | 'A'
  | 'W'
  | 'J'
  | 'Cel'
  | 'K'
  | `{${string}}`;

/**
 * A unit: a UCUM atom, an annotation such as `{request}`, or a quotient of these such as `By/s`.
 * The compiler checks the atoms; the run time also checks both sides of a quotient.
 */
export type Unit = BaseUnit | `${string}/${string}`;

const ATOM =
  /^(?:1|%|d|h|min|bit|Hz|Cel|(?:[numk]?)(?:s|m|g|V|A|W|J|K)|[kMGTP]?(?:By|bit)|[KMGTP]i(?:By|bit)|[kMG]?(?:Hz|W|J))$/;
const ANNOTATION = /^\{[\x21-\x7a\x7c\x7e]{1,61}\}$/;

/** Milliseconds in one of each unit of time. */
export const MILLIS_PER_UNIT: Readonly<Record<TimeUnit, number>> = {
  ns: 1e-6,
  us: 1e-3,
  ms: 1,
  s: 1e3,
  min: 6e4,
  h: 36e5,
  d: 864e5,
};

/** What people write, and what UCUM calls it. */
const COMMON_MISTAKES: Readonly<Record<string, string>> = {
  sec: 's',
  secs: 's',
  second: 's',
  seconds: 's',
  millisecond: 'ms',
  milliseconds: 'ms',
  msec: 'ms',
  microseconds: 'us',
  µs: 'us',
  nanoseconds: 'ns',
  minute: 'min',
  minutes: 'min',
  hour: 'h',
  hours: 'h',
  days: 'd',
  b: 'By',
  B: 'By',
  byte: 'By',
  bytes: 'By',
  kb: 'kBy',
  KB: 'kBy',
  mb: 'MBy',
  MB: 'MBy',
  percent: '%',
  ratio: '1',
  usd: '{USD}',
  USD: '{USD}',
  $: '{USD}',
  '': '1',
};

/** Whether a unit is one of time. Cold. */
export function isTimeUnit(unit: string): unit is TimeUnit {
  return Object.hasOwn(MILLIS_PER_UNIT, unit);
}

/**
 * Throws `INVALID_UNIT` unless the unit has a form that OpenTelemetry uses: at most 63 ASCII
 * characters, a UCUM atom or an annotation in braces, or a quotient of them.
 *
 * Source: OpenTelemetry metrics API, "Instrument unit"; semantic conventions, "Instrument units".
 */
export function checkUnit(unit: unknown, instrument: string): void {
  const ok =
    typeof unit === 'string' &&
    unit.length <= 63 &&
    unit.split('/').every((part) => ATOM.test(part) || ANNOTATION.test(part));
  if (ok) return;
  throw new MeterbookError('INVALID_UNIT', {
    instrument,
    cause: `unit ${show(unit)} is not a UCUM unit as OpenTelemetry writes them.`,
    fix: suggestion(unit),
  });
}

function suggestion(unit: unknown): string | undefined {
  if (typeof unit !== 'string') return undefined;
  const known = Object.hasOwn(COMMON_MISTAKES, unit) ? COMMON_MISTAKES[unit] : undefined;
  if (known !== undefined) return `Write "${known}".`;
  if (/^[a-zA-Z]{3,40}$/.test(unit)) {
    return `For things that are counted write "{${unit.replace(/s$/, '').toLowerCase()}}".`;
  }
  return undefined;
}
