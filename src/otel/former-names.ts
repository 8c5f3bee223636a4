import { clamp } from '../core/aggregation.js';
import type { HistogramValue, MetricSnapshot, PointValue } from '../core/index.js';
import { endOfFormerName, type InstrumentDeclaration } from '../declare/index.js';

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
    const former = formerOf(snapshot.declaration);
    if (former === undefined || nowMillis >= former.endMillis) return [snapshot];
    return [snapshot, renamed(snapshot, former)];
  });
}

interface Former {
  readonly declaration: InstrumentDeclaration;
  readonly factor: number;
  /** Wall-clock time, ms, from which on it is not exported. */
  readonly endMillis: number;
}

/** One object for each declaration, so that what is exported is the same instrument every time. */
const formers = new WeakMap<InstrumentDeclaration, Former>();

function formerOf(declaration: InstrumentDeclaration): Former | undefined {
  const { renamedFrom } = declaration;
  if (renamedFrom === undefined) return undefined;
  const known = formers.get(declaration);
  if (known !== undefined) return known;
  const { name, unit, factor = 1, until } = renamedFrom;
  const note = `Former name of "${declaration.name}", exported until ${until}.`;
  const made: Former = {
    declaration: {
      ...declaration,
      name,
      unit: unit ?? declaration.unit,
      description: declaration.description === '' ? note : `${declaration.description} ${note}`,
      buckets:
        declaration.buckets?.type === 'explicit'
          ? {
              type: 'explicit',
              boundaries: declaration.buckets.boundaries.map((bound) => tidy(bound * factor)),
            }
          : declaration.buckets,
      renamedFrom: undefined,
    },
    factor,
    endMillis: endOfFormerName(renamedFrom),
  };
  formers.set(declaration, made);
  return made;
}

function renamed({ temporality, points }: MetricSnapshot, former: Former): MetricSnapshot {
  const { declaration, factor } = former;
  const { buckets } = declaration;
  if (factor === 1) return { declaration, temporality, points };
  const scale = (value: PointValue): PointValue => {
    if (typeof value === 'number') return clamp(value * factor);
    // A factor on base-2 buckets is refused when the instrument is declared.
    const { count, sum, min, max, counts } = value as HistogramValue;
    return {
      count,
      sum: clamp(sum * factor),
      min: clamp(min * factor),
      max: clamp(max * factor),
      counts,
      boundaries: buckets?.type === 'explicit' ? buckets.boundaries : [],
    };
  };
  return {
    declaration,
    temporality,
    points: points.map((point) => ({ ...point, value: scale(point.value) })),
  };
}

/** 0.07 × 1000 is 70.00000000000001: rounded to 12 digits a boundary reads as it was. */
function tidy(value: number): number {
  return Number(value.toPrecision(12));
}
