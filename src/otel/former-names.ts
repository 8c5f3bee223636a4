import { clamp } from '../core/aggregation.js';
import type { HistogramValue, MetricSnapshot } from '../core/index.js';
import { type Buckets, endOfFormerName, type InstrumentDeclaration } from '../declare/index.js';

/** One object for each declaration, so that what is exported is the same instrument every time. */
const formers = new WeakMap<InstrumentDeclaration, InstrumentDeclaration>();

/**
 * The snapshots, and each instrument with a `renamedFrom` once more under its former name, with the
 * same points, as long as that name lasts. Values, boundaries and sums are multiplied where the unit
 * was another. Cold: once in a collection, and nothing but a look at each declaration where no
 * instrument was renamed.
 *
 * @param nowMillis wall-clock time, ms since the Unix epoch
 */
export function withFormerNames(
  snapshots: readonly MetricSnapshot[],
  nowMillis: number,
): readonly MetricSnapshot[] {
  return snapshots.flatMap((snapshot) => {
    const { declaration, points } = snapshot;
    const { renamedFrom } = declaration;
    if (renamedFrom === undefined || nowMillis >= endOfFormerName(renamedFrom)) return [snapshot];
    const former = formers.get(declaration) ?? formerOf(declaration);
    formers.set(declaration, former);
    const { factor = 1 } = renamedFrom;
    if (factor === 1) return [snapshot, { ...snapshot, declaration: former }];
    const times = (value: number) => clamp(value * factor);
    const boundaries = boundariesOf(former.buckets);
    return [
      snapshot,
      {
        ...snapshot,
        declaration: former,
        points: points.map((point) => {
          // A factor on base-2 buckets is refused when the instrument is declared.
          const value = point.value as number | HistogramValue;
          if (typeof value === 'number') return { ...point, value: times(value) };
          const [sum, min, max] = [times(value.sum), times(value.min), times(value.max)];
          return { ...point, value: { ...value, sum, min, max, boundaries } };
        }),
      },
    ];
  });
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

function boundariesOf(buckets: Buckets | undefined): readonly number[] {
  return buckets?.type === 'explicit' ? buckets.boundaries : [];
}
