import { clamp } from '../core/aggregation.js';
import type { MetricSnapshot } from '../core/index.js';
import { type Buckets, endOfFormerName, type InstrumentDeclaration } from '../declare/index.js';

/** One object for each declaration, so that what is exported is the same instrument every time. */
const formers = new WeakMap<InstrumentDeclaration, InstrumentDeclaration>();

/**
 * The snapshots, and each instrument with a `renamedFrom` once more under its former name, with the
 * same rows, as long as that name lasts. Boundaries are multiplied where the unit was another, and
 * values and sums are when they are exported. Cold: once in a collection, and nothing but a look at
 * each declaration where no instrument was renamed.
 *
 * @param nowMillis wall-clock time, ms since the Unix epoch
 */
export function withFormerNames(
  snapshots: readonly MetricSnapshot[],
  nowMillis: number,
): readonly MetricSnapshot[] {
  return snapshots.flatMap((snapshot) => {
    const { declaration } = snapshot;
    const { renamedFrom } = declaration;
    if (renamedFrom === undefined || nowMillis >= endOfFormerName(renamedFrom)) return [snapshot];
    const former = formers.get(declaration) ?? formerOf(declaration);
    formers.set(declaration, former);
    // A factor on base-2 buckets is refused when the instrument is declared.
    return [snapshot, { ...snapshot, declaration: former, factor: renamedFrom.factor }];
  });
}

/** A value in the unit in which it is exported. */
export function scaled(value: number, factor = 1): number {
  return factor === 1 ? value : clamp(value * factor);
}

function formerOf(declaration: InstrumentDeclaration): InstrumentDeclaration {
  const { name, description, buckets, renamedFrom } = declaration;
  const { factor = 1, until, ...former } = renamedFrom as NonNullable<typeof renamedFrom>;
  // 0.07 × 1000 is 70.00000000000001: rounded to 12 digits a boundary reads as it was.
  const boundaries = boundariesOf(buckets).map((it) => +(it * factor).toPrecision(12));
  return {
    ...declaration,
    ...former,
    description: `${description} Former name of "${name}", until ${until}.`.trim(),
    buckets: buckets?.type === 'explicit' ? { ...buckets, boundaries } : buckets,
    renamedFrom: undefined,
  };
}

/** Explicit boundaries, or none. */
export function boundariesOf(buckets: Buckets | undefined): readonly number[] {
  return buckets?.type === 'explicit' ? buckets.boundaries : [];
}
