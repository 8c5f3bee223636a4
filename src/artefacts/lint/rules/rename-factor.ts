import { isTimeUnit, MILLIS_PER_UNIT } from '../../../declare/index.js';
import { eachInstrument } from '../finding.js';

/** A factor between two units of time that is not what one is of the other, such as its inverse. */
export const renameFactor = eachInstrument('rename-factor', ({ unit, renamedFrom }) => {
  const { unit: former = unit, factor = 1 } = renamedFrom ?? {};
  if (!isTimeUnit(unit) || !isTimeUnit(former)) return [];
  const right = Number((MILLIS_PER_UNIT[unit] / MILLIS_PER_UNIT[former]).toPrecision(12));
  if (Math.abs(factor / right - 1) < 1e-9) return [];
  return [
    {
      severity: 'error',
      message: `renamedFrom.factor is ${factor}, but one "${unit}" is ${right} "${former}".`,
      fix: `Set factor to ${right}.`,
    },
  ];
});
