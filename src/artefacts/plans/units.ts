import type { ManifestInstrument } from '../../declare/index.js';
import { isShare } from '../instruments.js';

/** Grafana's names of UCUM units. What is counted (`{request}`) has none, and is named at the axis. */
const UNITS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    ns: 'ns',
    us: 'µs',
    ms: 'ms',
    s: 's',
    min: 'm',
    h: 'h',
    d: 'd',
    bit: 'bits',
    By: 'bytes',
    kBy: 'deckbytes',
    MBy: 'decmbytes',
    GBy: 'decgbytes',
    TBy: 'dectbytes',
    KiBy: 'kbytes',
    MiBy: 'mbytes',
    GiBy: 'gbytes',
    TiBy: 'tbytes',
    '%': 'percent',
    Hz: 'hertz',
    Cel: 'celsius',
    'By/s': 'binBps',
    'bit/s': 'bps',
    '{USD}': 'currencyUSD',
    '{EUR}': 'currencyEUR',
  }),
);

/** Units of amounts per second. */
const PER_SECOND: ReadonlyMap<string, string> = new Map(
  Object.entries({
    By: 'binBps',
    bit: 'bps',
    '{request}': 'reqps',
    '{USD}': 'currencyUSD',
    '{EUR}': 'currencyEUR',
  }),
);

/** How a number is shown: Grafana's unit, and what the axis says. */
export interface Shown {
  readonly unit: string;
  readonly axis?: string;
}

/** What one value of an instrument is. */
export function shownOf(instrument: ManifestInstrument): Shown {
  return isShare(instrument) ? { unit: 'percentunit' } : amountOf(instrument.unit);
}

/** An amount of the unit. */
function amountOf(unit: string): Shown {
  const known = UNITS.get(unit);
  if (known !== undefined) return { unit: known };
  return unit === '1' ? { unit: 'short' } : { unit: 'short', axis: withoutBraces(unit) };
}

/** An amount of the unit per second. */
export function perSecondOf(unit: string): Shown {
  const axis = `${withoutBraces(unit)}/s`;
  return { unit: PER_SECOND.get(unit) ?? 'short', ...(unit !== '1' && { axis }) };
}

function withoutBraces(unit: string): string {
  return unit.replace(/[{}]/g, '');
}
