import { createHistogram, type RecordableHistogram } from 'node:perf_hooks';

/** Time between two samples. What it costs is the waking up, so that half as often costs half. */
const RESOLUTION_MILLIS = 20;
/** Delays are counted in microseconds, from 1 to an hour. */
const MICROS_PER_MILLI = 1_000;
const MICROS_PER_SECOND = 1_000_000;
const HOUR_MICROS = 3_600_000_000;

/** The delays of one interval, s. */
export interface DelaySummary {
  readonly min: number;
  readonly max: number;
  readonly mean: number;
  readonly stddev: number;
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
}

/** The delays since the last look, of one reader. */
export interface DelayWindow {
  /** What was measured since the last call; `undefined` where no sample was due in between. */
  take(): DelaySummary | undefined;
}

/**
 * Measures by how much a timer is late: what any callback has to wait for while the event loop is
 * busy. An idle loop reads less than 2 ms, the grain of Node's timers; a loop that is blocked for a
 * while reads that while, less up to 20 ms until the next sample was due.
 *
 * In the place of `monitorEventLoopDelay`, which measures the same with its own interval added, and
 * whose `reset()` loses what is under way: a loop blocked across a collection would never show.
 * Source: Node.js, `perf_hooks`; tried on Node 20 and 24.
 */
export class DelaySampler {
  private readonly windows: RecordableHistogram[] = [];
  private dueMillis = 0;
  private readonly timer: NodeJS.Timeout;

  constructor() {
    this.timer = setTimeout(() => this.sample(), RESOLUTION_MILLIS).unref();
    this.rearm();
  }

  /** Begins a window: each reader has its own, so that none takes from another. */
  open(): DelayWindow {
    const histogram = createHistogram({ lowest: 1, highest: HOUR_MICROS, figures: 3 });
    this.windows.push(histogram);
    return {
      take: () => {
        // What is late already counts now: the collection may run ahead of the timer.
        if (performance.now() > this.dueMillis) this.sample();
        if (histogram.count === 0) return undefined;
        const summary = summaryOf(histogram);
        histogram.reset();
        return summary;
      },
    };
  }

  stop(): void {
    clearTimeout(this.timer);
  }

  private sample(): void {
    const lateMicros = (performance.now() - this.dueMillis) * MICROS_PER_MILLI;
    const micros = Math.min(Math.max(Math.round(lateMicros), 1), HOUR_MICROS);
    for (const window of this.windows) window.record(micros);
    this.rearm();
  }

  private rearm(): void {
    this.dueMillis = performance.now() + RESOLUTION_MILLIS;
    this.timer.refresh();
  }
}

function summaryOf(histogram: RecordableHistogram): DelaySummary {
  const seconds = (micros: number): number => micros / MICROS_PER_SECOND;
  return {
    min: seconds(histogram.min),
    max: seconds(histogram.max),
    mean: seconds(histogram.mean),
    stddev: seconds(histogram.stddev),
    p50: seconds(histogram.percentile(50)),
    p90: seconds(histogram.percentile(90)),
    p99: seconds(histogram.percentile(99)),
  };
}
