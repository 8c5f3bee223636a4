import { MeterbookError, show } from '../errors.js';
import type { Buckets } from './buckets.js';
import { checkUnit, type Unit } from './units.js';

/** What an instrument was called before, and how long it is still exported as that too. */
export interface FormerName {
  /** The exported name that it had. */
  readonly name: string;
  /** The last day, UTC, on which it is exported under both names: `2027-01-31`. */
  readonly until: string;
  /** The unit that it had, where that was another one; then `factor` belongs to it. */
  readonly unit?: Unit;
  /**
   * What a value is multiplied by to be one of the former unit: 1000 from `s` now to `ms` before. Sums,
   * least, greatest and bucket boundaries are multiplied alike. Not with base-2 buckets. Default 1.
   */
  readonly factor?: number;
}

/** When the former name is no longer exported: the end of its last day, ms since the Unix epoch. */
export function endOfFormerName({ until }: Pick<FormerName, 'until'>): number {
  return Date.parse(until) + 864e5;
}

/** What a former name is checked against: the parts of a declaration. */
interface Renamed {
  readonly name: string;
  readonly unit: string;
  readonly buckets: Buckets | undefined;
  readonly renamedFrom: FormerName | undefined;
}

/**
 * Throws `INVALID_RENAME` unless the former name can be exported. Whether the factor is the right one
 * is left to `meterbook lint`, which costs a service no bytes.
 */
export function checkRename(
  { name: instrument, unit, buckets, renamedFrom }: Renamed,
  isName: (it: unknown) => boolean,
): void {
  if (renamedFrom === undefined) return;
  const { name, until, unit: former = unit, factor = 1 } = renamedFrom;
  checkUnit(former, instrument);
  const wrong = !isName(name)
    ? { name }
    : // The engine takes 31 February for 3 March.
      String(new Date(until).toJSON()).slice(0, 10) !== until
      ? { until }
      : !(factor > 0 && factor < Infinity) || (factor !== 1 && buckets?.type === 'base2')
        ? { factor }
        : (factor === 1) !== (former === unit)
          ? { unit: former }
          : {};
  for (const [field, value] of Object.entries(wrong)) {
    throw new MeterbookError('INVALID_RENAME', {
      instrument,
      cause: `renamedFrom.${field} is ${show(value)}.`,
    });
  }
}
