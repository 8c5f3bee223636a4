import type { ManifestInstrument } from '../../declare/index.js';
import { isHistogram } from '../instruments.js';
import type { Condition } from '../questions.js';
import { attribute, type Dialect } from './dialect.js';
import { all, indent, text } from './sql.js';
import { type Settings, tableOf } from './tables.js';

/** What a query is rendered with. */
export interface Rendering {
  readonly settings: Settings;
  readonly dialect: Dialect;
}

/** Which points of an instrument, and how much of each. */
export interface Selection {
  readonly instrument: ManifestInstrument;
  readonly where?: readonly Condition[] | undefined;
  /** Whether the buckets of a histogram are needed, which cost the most to read. */
  readonly hasBuckets?: boolean;
  /** Seconds before the time asked for that are needed too: the window of an objective. */
  readonly secondsBefore?: number;
  /** Appended to the names of the steps, where a query has two instruments. */
  readonly suffix?: string;
}

/** What makes a series: two points that agree in these can be subtracted. */
const SERIES = 'ScopeName, ResourceAttributes, Attributes, StartTimeUnix, AggregationTemporality';
const CUMULATIVE = 'AggregationTemporality = 2';

/**
 * Steps of a WITH clause that end in `increments`: what each point adds to the one before, whether it
 * was sent as a delta or as a total. Its columns are `TimeUnix`, `Attributes` and `increase` (the
 * count of a histogram), and of a histogram `amount` (its sum), `bounds` and `buckets`.
 *
 * Points of one series are ordered by time and then by value, since the exporter's times are whole
 * seconds. A total below the one before has begun again from zero; a process started again has
 * another start time, or another `service.instance.id`, and is a series of its own. A first total
 * counts whole: the lookback is there so that the first one of the time asked for is not taken for one.
 *
 * Buckets are pairs of an upper bound and a count. What the point before had is in the list once
 * more with its sign turned, instead of being subtracted one by one: base-2 histograms change their
 * bounds as they go.
 */
export function increments(rendering: Rendering, selection: Selection): string {
  const { suffix = '', instrument } = selection;
  const steps = isHistogram(instrument) ? histogramSteps : sumSteps;
  const [points, changes] = steps(rendering, selection);
  return `points${suffix} AS
(
${indent(points)}
),
increments${suffix} AS
(
${indent(changes)}
)`;
}

/** The conditions that choose points, with those of the table's order first. */
export function conditions({ settings, dialect }: Rendering, selection: Selection): string {
  const { instrument, where = [], secondsBefore = 0 } = selection;
  const early = settings.lookbackSeconds + secondsBefore;
  return all([
    dialect.services,
    `MetricName = ${text(instrument.name)}`,
    `TimeUnix > ${dialect.from} - toIntervalSecond(${early})`,
    `TimeUnix <= ${dialect.to}`,
    ...where.map((condition) => holds(condition, dialect)),
  ]);
}

/** A condition as SQL. */
export function holds(condition: Condition, dialect: Dialect): string {
  const { key } = condition;
  if ('is' in condition) return `${attribute(key)} = ${text(condition.is)}`;
  if ('variable' in condition) return dialect.isPicked(attribute(key), condition.variable);
  return `${condition.isSet ? '' : 'NOT '}mapContains(Attributes, ${text(key)})`;
}

function sumSteps(rendering: Rendering, selection: Selection): readonly [string, string] {
  const { suffix = '', instrument } = selection;
  const points = `SELECT
    TimeUnix,
    Attributes,
    Value AS total,
    if(${CUMULATIVE}, lagInFrame(Value) OVER series, 0) AS total_before
FROM ${tableOf(rendering.settings, instrument)}
WHERE ${conditions(rendering, selection)}
${seriesWindow('Value')}`;
  const changes = `SELECT
    TimeUnix,
    Attributes,
    total - if(total_before <= total, total_before, 0) AS increase
FROM points${suffix}
WHERE ${isAskedFor(rendering, selection)}`;
  return [points, changes];
}

function histogramSteps(rendering: Rendering, selection: Selection): readonly [string, string] {
  const { suffix = '', instrument, hasBuckets = false } = selection;
  const { bounds, buckets } = bucketsOf(instrument);
  const points = [
    'SELECT',
    '    TimeUnix,',
    '    Attributes,',
    '    toInt64(Count) AS total,',
    '    Sum AS total_amount,',
    ...(hasBuckets ? [`    ${bounds} AS all_bounds,`, `    ${buckets} AS all_buckets,`] : []),
    '    lagInFrame(total) OVER series AS total_before,',
    '    lagInFrame(total_amount) OVER series AS amount_before,',
    ...(hasBuckets
      ? [
          '    lagInFrame(all_bounds) OVER series AS bounds_before,',
          '    lagInFrame(all_buckets) OVER series AS buckets_before,',
        ]
      : []),
    `    ${CUMULATIVE} AND total_before <= total AS goes_on`,
    `FROM ${tableOf(rendering.settings, instrument)}`,
    `WHERE ${conditions(rendering, selection)}`,
    seriesWindow('Count'),
  ];
  const negative = 'arrayMap(n -> -n, buckets_before)';
  const changes = [
    'SELECT',
    '    TimeUnix,',
    '    Attributes,',
    '    total - if(goes_on, total_before, 0) AS increase,',
    `    total_amount - if(goes_on, amount_before, 0) AS amount${hasBuckets ? ',' : ''}`,
    ...(hasBuckets
      ? [
          '    arrayConcat(all_bounds, if(goes_on, bounds_before, [])) AS bounds,',
          `    arrayConcat(all_buckets, if(goes_on, ${negative}, [])) AS buckets`,
        ]
      : []),
    `FROM points${suffix}`,
    `WHERE ${isAskedFor(rendering, selection)}`,
  ];
  return [points.join('\n'), changes.join('\n')];
}

function seriesWindow(value: string): string {
  return `WINDOW series AS
    (PARTITION BY ${SERIES}
    ORDER BY TimeUnix, ${value} ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)`;
}

function isAskedFor({ dialect }: Rendering, { secondsBefore = 0 }: Selection): string {
  const before = secondsBefore === 0 ? '' : ` - toIntervalSecond(${secondsBefore})`;
  return `TimeUnix > ${dialect.from}${before}`;
}

/**
 * Upper bounds of a point's buckets and what is in each, as lists of the same length. Of a base-2
 * histogram bucket i ends at `2 ** ((i + 1) / 2 ** scale)`; zeros have a bucket of their own, and
 * there are no negative measurements.
 *
 * Source: OpenTelemetry metrics data model, "ExponentialHistogram".
 */
function bucketsOf({ base2MaxSize }: ManifestInstrument): {
  readonly bounds: string;
  readonly buckets: string;
} {
  const ints = (column: string): string => `arrayMap(n -> toInt64(n), ${column})`;
  if (base2MaxSize === undefined) {
    return { bounds: 'arrayPushBack(ExplicitBounds, inf)', buckets: ints('BucketCounts') };
  }
  const bound = 'exp2((PositiveOffset + i) / exp2(Scale))';
  return {
    bounds: `arrayConcat([0.], arrayMap(i -> ${bound}, range(length(PositiveBucketCounts) + 1)))`,
    buckets: `arrayConcat([toInt64(ZeroCount), 0], ${ints('PositiveBucketCounts')})`,
  };
}
