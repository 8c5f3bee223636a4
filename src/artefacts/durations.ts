import { checkText } from './check-arguments.js';

const SECONDS: Readonly<Record<string, number>> = { h: 3_600, d: 86_400, w: 604_800 };

/** Seconds of an SLO's window: `30d`, `12h`, `4w`. */
export function windowSeconds(window: string): number {
  return Number.parseInt(window, 10) * (SECONDS[window.slice(-1)] ?? 0);
}

/** Whole seconds as Prometheus writes them, in the largest units: `5m`, `1h24m`, `3d`. */
export function durationText(seconds: number): string {
  const units = [
    ['d', 86_400],
    ['h', 3_600],
    ['m', 60],
    ['s', 1],
  ] as const;
  let left = Math.round(seconds);
  let text = '';
  for (const [unit, size] of units) {
    const count = Math.floor(left / size);
    left -= count * size;
    if (count > 0) text += `${count}${unit}`;
  }
  return text;
}

/** Seconds of such a text. Throws `INVALID_SETUP` for what is none. */
export function durationSeconds(text: string): number {
  checkText(text, 'durationSeconds()', '1h30m');
  const sizes: Readonly<Record<string, number>> = { ...SECONDS, m: 60, s: 1 };
  let seconds = 0;
  for (const [, count, unit = ''] of text.matchAll(/(\d+)([smhdw])/g)) {
    seconds += Number(count) * (sizes[unit] ?? 0);
  }
  return seconds;
}
