import type { Temporality } from '../otlp/types.js';

/** What came of a point: what has been added since the one before. */
export interface Increment {
  readonly count: number;
  readonly sum: number;
  /** None for a counter. */
  readonly buckets: ArrayLike<number>;
}

/** When the store began to see what is sent, ms. */
export interface Beginning {
  readonly since: number;
}

/** The last point of what one process has counted since one start. */
interface Run {
  readonly start: number;
  time: number;
  count: number;
  sum: number;
  buckets: ArrayLike<number>;
}

/** Spans of deltas that are remembered, to know one that is sent twice: half an hour of retries. */
const REMEMBERED = 32;
/** Processes without an instance id that are told apart by their starts. */
const MOST_RUNS = 16;

const NOTHING: readonly number[] = [];

/**
 * Turns the points of one series into what each of them adds. A delta is that, unless it comes a second time.
 * Of cumulative points it is what they grew by since the point before of the same start: a restart is a start
 * of its own, and so are two processes that nothing else tells apart. Where no start tells, a smaller count
 * does, and counts in full.
 *
 * @see https://opentelemetry.io/docs/specs/otel/metrics/data-model/#resets-and-gaps
 */
export class Stream {
  private spans: number[] | undefined;
  private oldestSpan = 0;
  private runs: Run[] | undefined;
  /** The latest end of all points, ms. */
  private last: number | undefined;

  constructor(private readonly beginning: Beginning) {}

  /**
   * What the point adds; `undefined` for one that has been here before, or too late, or counts from before anybody
   * looked: it tells nothing but where the next one begins.
   */
  increment(
    temporality: Temporality,
    start: number,
    time: number,
    point: Increment,
  ): Increment | undefined {
    const added =
      temporality === 'delta'
        ? this.delta(start, time, point)
        : this.cumulative(start, time, point);
    if (this.last === undefined || time > this.last) this.last = time;
    return added;
  }

  /** Puts the buckets of the last cumulative points in other places, as those of the history are. */
  rebucket(place: (buckets: ArrayLike<number>) => ArrayLike<number>): void {
    for (const run of this.runs ?? []) {
      if (run.buckets.length > 0) run.buckets = place(run.buckets);
    }
  }

  private delta(start: number, time: number, point: Increment): Increment | undefined {
    this.spans ??= [];
    const { spans, last = Number.NEGATIVE_INFINITY } = this;
    // What ends after all others cannot have been here: the usual case needs no search.
    for (let i = 0; time <= last && i < spans.length; i += 2) {
      if (spans[i] === start && spans[i + 1] === time) return undefined;
    }
    if (spans.length < REMEMBERED * 2) spans.push(start, time);
    else {
      spans[this.oldestSpan] = start;
      spans[this.oldestSpan + 1] = time;
      this.oldestSpan = (this.oldestSpan + 2) % spans.length;
    }
    return point;
  }

  private cumulative(start: number, time: number, point: Increment): Increment | undefined {
    this.runs ??= [];
    const { runs } = this;
    const before = runs.find((run) => run.start === start);
    if (before === undefined) {
      const { count, buckets } = point;
      if (runs.length >= MOST_RUNS) runs.splice(runs.indexOf(oldestOf(runs)), 1);
      runs.push({ start, time, count, sum: finite(point.sum, 0), buckets });
      // What was counted before anybody looked is not of the time that is shown.
      const isRestart = this.last !== undefined && start >= this.last;
      const isSeenWhole = start !== 0 && (isRestart || start >= this.beginning.since);
      return isSeenWhole ? point : undefined;
    }
    if (time <= before.time) return undefined;
    return point.count < before.count ? restarted(before, time, point) : grown(before, time, point);
  }
}

/** A sum is of no use once a measurement was not a number; the counts still are. */
function finite(sum: number, instead: number): number {
  return Number.isFinite(sum) ? sum : instead;
}

function restarted(run: Run, time: number, point: Increment): Increment {
  Object.assign(run, { ...point, sum: finite(point.sum, 0), time });
  return point;
}

function grown(run: Run, time: number, point: Increment): Increment {
  const { count, buckets } = point;
  const sum = finite(point.sum, run.sum);
  const increment = {
    count: count - run.count,
    sum: sum - run.sum,
    buckets: count === run.count ? NOTHING : difference(buckets, run.buckets),
  };
  run.time = time;
  run.count = count;
  run.sum = sum;
  run.buckets = buckets;
  return increment;
}

function difference(after: ArrayLike<number>, before: ArrayLike<number>): ArrayLike<number> {
  if (before.length !== after.length) return after;
  const by = new Float64Array(after.length);
  for (let i = 0; i < by.length; i++) by[i] = (after[i] as number) - (before[i] as number);
  return by;
}

function oldestOf(runs: readonly Run[]): Run {
  return runs.reduce((oldest, run) => (run.time < oldest.time ? run : oldest));
}
