import { MeterbookError, show } from '../errors.js';
import type { InstrumentDeclaration } from './instruments.js';
import { checkUnit, isTimeUnit, MILLIS_PER_UNIT, type Unit } from './units.js';

/** What an instrument was called before, and how long it is still exported as that too. */
export interface FormerName {
  /** The exported name that it had. */
  readonly name: string;
  /** The last day, UTC, on which it is exported under both names: `2027-01-31`. */
  readonly until: string;
  /** The unit that it had, where that was another one; then `factor` belongs to it. */
  readonly unit?: Unit | undefined;
  /**
   * What a value is multiplied by to be one of the former unit: 1000 from `s` now to `ms` before. Sums,
   * least, greatest and bucket boundaries are multiplied alike. Default 1.
   */
  readonly factor?: number | undefined;
}

const DAY_MILLIS = 864e5;
const DATE = /^\d{4}-\d{2}-\d{2}$/;

/** When the former name is no longer exported: the end of its last day, ms since the Unix epoch. */
export function endOfFormerName({ until }: Pick<FormerName, 'until'>): number {
  return Date.parse(`${until}T00:00:00Z`) + DAY_MILLIS;
}

/** Throws `INVALID_RENAME` unless the former name can be exported beside the present one. */
export function checkRename(declaration: InstrumentDeclaration, isName: (it: unknown) => boolean) {
  const { name: instrument, unit, buckets, renamedFrom } = declaration;
  if (renamedFrom === undefined) return;
  const refuse = (cause: string, fix?: string): never => {
    throw new MeterbookError('INVALID_RENAME', { instrument, cause, fix });
  };
  if (typeof renamedFrom !== 'object' || renamedFrom === null) {
    refuse(`renamedFrom is ${show(renamedFrom)}.`);
  }
  const { name, until, unit: formerUnit = unit, factor = 1 } = renamedFrom;
  if (!isName(name)) refuse(`renamedFrom.name is ${show(name)}, which is no instrument name.`);
  if (name.toLowerCase() === instrument.toLowerCase()) {
    refuse('renamedFrom.name is the name that it has now.', 'Give the name that it had before.');
  }
  if (typeof until !== 'string' || !DATE.test(until) || !isDay(until)) {
    refuse(
      `renamedFrom.until is ${show(until)}.`,
      'Write the last day of the former name as a date: "2027-01-31".',
    );
  }
  if (!(typeof factor === 'number' && factor > 0 && Number.isFinite(factor))) {
    refuse(`renamedFrom.factor is ${show(factor)}.`, 'Set it to a number above 0, such as 1000.');
  }
  checkUnit(formerUnit, instrument);
  if ((factor !== 1) !== (formerUnit !== unit)) {
    refuse(
      `renamedFrom has the factor ${factor} and the unit "${formerUnit}", and the unit now is "${unit}".`,
      'Give unit and factor together, or neither where the unit has stayed.',
    );
  }
  const expected = timeFactor(unit, formerUnit);
  if (expected !== undefined && Math.abs(factor / expected - 1) > 1e-9) {
    refuse(
      `renamedFrom.factor is ${factor}, but one "${unit}" is ${expected} "${formerUnit}".`,
      `Set factor to ${expected}.`,
    );
  }
  if (factor !== 1 && buckets?.type === 'base2') {
    refuse(
      'renamedFrom has a factor, and base-2 buckets cannot be moved by one.',
      'Keep the unit until the former name has ended, or declare a second instrument.',
    );
  }
}

/** How many of the former unit one of the present unit is; `undefined` where they are not of time. */
function timeFactor(now: string, before: string): number | undefined {
  if (!isTimeUnit(now) || !isTimeUnit(before)) return undefined;
  return MILLIS_PER_UNIT[now] / MILLIS_PER_UNIT[before];
}

/** The engine takes 31 February for 3 March. */
function isDay(date: string): boolean {
  const day = new Date(`${date}T00:00:00Z`);
  return !Number.isNaN(day.getTime()) && day.toISOString().slice(0, 10) === date;
}
