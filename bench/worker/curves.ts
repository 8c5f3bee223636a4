import type { Attributes } from '../subjects/subject.js';
import { MASK, PICKS, VALUES } from './inputs.js';
import type { RecordCase } from './record.js';

const METHODS = ['GET', 'POST'] as const;
/** A power of two, and more than there are series. */
const ORDER = 131_072;
/** Without a common factor with any count of series, so that it visits them all. */
const STRIDE = 7_919;

/** Three attributes in a fresh object, of which one makes so many series. */
export function acrossSeries(count: number): RecordCase {
  const users = Array.from({ length: count }, (_, i) => `user-${100_000 + i}`);
  const picks = Array.from({ length: ORDER }, (_, i) => (i * STRIDE) % count);
  const attributes = (pick: number): Attributes => ({
    method: METHODS[pick & 1] as string,
    region: 'eu',
    user: users[pick] as string,
  });
  return {
    specs: [{ kind: 'histogram', name: 'latency', keys: ['method', 'region', 'user'] }],
    series: count,
    prepared: count,
    loop: ({ instruments: [it] }, values) => {
      const instrument = it!;
      for (let pick = 0; pick < count; pick++) instrument.record(VALUES[0]!, attributes(pick));
      let at = 0;
      return (operations) => {
        for (let i = 0; i < operations; i++) {
          at = (at + 1) & (ORDER - 1);
          instrument.record(values[i & MASK]!, attributes(picks[at]!));
        }
      };
    },
  };
}

const FOUR = ['small', 'medium', 'large', 'huge'] as const;
const VARYING = 3;

/** So many attributes in a fresh object, of which the first three make 64 series. */
export function withAttributes(count: number): RecordCase {
  const keys = Array.from({ length: count }, (_, i) => `attribute_${i}`);
  const make = literalOf(keys);
  return {
    specs: [{ kind: 'histogram', name: 'latency', keys }],
    series: FOUR.length ** Math.min(count, VARYING),
    loop: ({ instruments: [it] }, values) => {
      const instrument = it!;
      return (operations) => {
        for (let i = 0; i < operations; i++)
          instrument.record(values[i & MASK]!, make(PICKS[i & MASK]!));
      };
    },
  };
}

/** A function that writes the object as a literal, as source code does. */
function literalOf(keys: readonly string[]): (pick: number) => Attributes {
  const fields = keys.map((key, i) =>
    i < VARYING ? `${key}: values[(pick >> ${2 * i}) & 3]` : `${key}: 'always'`,
  );
  const compile = new Function('values', `return (pick) => ({ ${fields.join(', ')} });`);
  return compile(FOUR) as (pick: number) => Attributes;
}
