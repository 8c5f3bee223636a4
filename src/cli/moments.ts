import { wrongUsage } from './failure.js';

/** Milliseconds of each unit. */
const UNITS: Readonly<Record<string, number>> = {
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

const AGO = /^(\d{1,6})\s*([smhdw])(?:\s+ago)?$/;
const ISO =
  /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?)(Z|[+-]\d{2}:?\d{2})?)?$/i;

/**
 * A moment as it is written on a command line: `2026-01-31`, `2026-01-31T10:00Z`, or how long ago:
 * `7d`, `24h ago`. Without a zone it is UTC, as the days of reports are.
 *
 * @param now milliseconds since the Unix epoch
 */
export function momentOf(option: string, text: string | undefined, now: number): Date | undefined {
  if (text === undefined) return undefined;
  const date = agoOf(text.trim(), now) ?? isoOf(text.trim());
  if (date !== undefined) return date;
  throw wrongUsage(
    `${option} cannot be "${text}".`,
    'Use a date (2026-01-31), a time (2026-01-31T10:00Z) or how long ago (30m, 24h, 7d).',
  );
}

/**
 * A span of time in seconds: `30s`, `5m`, `2h`.
 *
 * @param most seconds
 */
export function secondsOf(option: string, text: string, most: number): number {
  const [, amount, unit] = /^(\d{1,6})([smhdw])$/.exec(text.trim()) ?? [];
  const seconds = (Number(amount) * (UNITS[unit ?? ''] ?? Number.NaN)) / 1_000;
  if (seconds >= 1 && seconds <= most) return seconds;
  throw wrongUsage(`${option} cannot be "${text}".`, `Use 30s, 5m or 2h, up to ${most / 86_400}d.`);
}

function agoOf(text: string, now: number): Date | undefined {
  const [, amount, unit] = AGO.exec(text) ?? [];
  if (amount === undefined || unit === undefined) return undefined;
  return valid(new Date(now - Number(amount) * (UNITS[unit] as number)));
}

function isoOf(text: string): Date | undefined {
  const [, day, time = '00:00', zone = 'Z'] = ISO.exec(text) ?? [];
  if (day === undefined) return undefined;
  // The engine takes 31 February for 3 March.
  if (
    valid(new Date(`${day}T00:00Z`))
      ?.toISOString()
      .slice(0, 10) !== day
  )
    return undefined;
  return valid(new Date(`${day}T${time}${zone.toUpperCase()}`));
}

function valid(date: Date): Date | undefined {
  return Number.isNaN(date.getTime()) ? undefined : date;
}
