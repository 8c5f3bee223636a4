import type { InstrumentKind } from '../../declare/index.js';

const KINDS: Readonly<Record<InstrumentKind, string>> = {
  counter: 'counter',
  upDownCounter: 'up-down counter',
  gauge: 'gauge',
  histogram: 'histogram',
  observableCounter: 'observable counter',
  observableUpDownCounter: 'observable up-down counter',
  observableGauge: 'observable gauge',
};

export function kindText(kind: InstrumentKind): string {
  return KINDS[kind];
}

/** `12,000`; the same on every machine. */
export function numberText(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+(?!\d))/g, ',');
}

/** `152 B`, `1.8 MB`: powers of a thousand, at most one decimal. */
export function bytesText(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1_000 && unit < units.length - 1) {
    value /= 1_000;
    unit++;
  }
  return `${Number(value.toFixed(1))} ${units[unit]}`;
}
