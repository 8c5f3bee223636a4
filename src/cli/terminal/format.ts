/** A dash where there is no number. */
export const NOTHING = '–';

/** A duration in three digits and the unit that fits: `84 ms`, `1.24 s`. Takes seconds. */
export function duration(seconds: number | null): string {
  if (seconds === null) return NOTHING;
  if (seconds < 0.001) return `${digits(seconds * 1e6)} µs`;
  if (seconds < 0.9995) return `${digits(seconds * 1000)} ms`;
  return `${digits(seconds)} s`;
}

/** A share (0 to 1) in per cent: `1.2 %`. */
export function share(value: number | null): string {
  if (value === null || !Number.isFinite(value)) return NOTHING;
  return `${(value * 100).toFixed(1)} %`;
}

/** A rate per second with one decimal. */
export function rate(perSecond: number): string {
  return perSecond >= 1000 ? count(Math.round(perSecond)) : perSecond.toFixed(1);
}

/** A whole number with its thousands apart: `12 345`. */
export function count(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ' ');
}

/** A sum to compare by eye: up to twelve digits, no rounding noise. */
export function total(value: number): string {
  return String(Number(value.toPrecision(12)));
}

/** Bytes in the unit that fits. */
export function bytes(value: number): string {
  if (value < 1000) return `${value} B`;
  return value < 1e6 ? `${digits(value / 1e3)} kB` : `${digits(value / 1e6)} MB`;
}

function digits(value: number): string {
  return value >= 99.95 ? value.toFixed(0) : value >= 9.995 ? value.toFixed(1) : value.toFixed(2);
}
