import { MeterbookError, show } from '../errors.js';
import type { InstrumentDeclarations } from './instruments.js';

/** Length of an SLO's compliance window: hours, days or weeks. */
export type SloWindow = `${number}h` | `${number}d` | `${number}w`;

/**
 * A latency objective: at least `objective` of the measurements of a histogram are at or below
 * `threshold` (in the histogram's unit), over `window`.
 */
export interface SloDeclaration<
  Instrument extends string = string,
  Threshold extends number = number,
> {
  /** Property name of the histogram in the registry. */
  readonly instrument: Instrument;
  /** Share of good measurements, above 0 and below 1: 0.99. */
  readonly objective: number;
  /** Upper bound of a good measurement, in the histogram's unit; one of its bucket boundaries. */
  readonly threshold: Threshold;
  /** Compliance window: `30d`, `28d`, `4w`, `12h`. */
  readonly window: SloWindow;
  readonly description?: string | undefined;
}

/** Property name to objective: the `slos` of a registry. */
export type SloDeclarations = Readonly<Record<string, SloDeclaration>>;

/** Declares a service level objective on a histogram of the same registry. */
export function slo<const Instrument extends string, const Threshold extends number>(
  options: SloDeclaration<Instrument, Threshold>,
): SloDeclaration<Instrument, Threshold> {
  return Object.freeze({ ...options });
}

/** The nearest boundaries below and above a value, for an error message. */
function neighbours(boundaries: readonly number[], value: number): string {
  const below = boundaries.filter((bound) => bound < value).at(-1);
  const above = boundaries.find((bound) => bound > value);
  return [below, above].filter((bound) => bound !== undefined).join(' and ');
}

/** Throws `INVALID_SLO` or `SLO_THRESHOLD_NOT_A_BOUNDARY` unless the objective fits its histogram. */
export function checkSlo(
  name: string,
  declaration: SloDeclaration,
  instruments: InstrumentDeclarations,
): void {
  if (typeof declaration !== 'object' || declaration === null) {
    throw new MeterbookError('INVALID_SLO', { cause: `SLO "${name}" is ${show(declaration)}.` });
  }
  const { instrument, objective, threshold, window } = declaration;
  const target = Object.hasOwn(instruments, instrument) ? instruments[instrument] : undefined;
  const refuse = (cause: string, fix: string): never => {
    throw new MeterbookError('INVALID_SLO', {
      instrument: target?.name,
      cause: `SLO "${name}" ${cause}`,
      fix,
    });
  };
  if (target === undefined) {
    refuse(
      `names the instrument ${show(instrument)}, which the registry does not have.`,
      'Use the property name of a histogram under instruments.',
    );
    return;
  }
  if (target.buckets === undefined) {
    refuse(`is on a ${target.kind}; a latency objective needs a histogram.`, 'Name a histogram.');
    return;
  }
  if (!(typeof objective === 'number' && objective > 0 && objective < 1)) {
    refuse(
      `has the objective ${show(objective)}.`,
      'Write a share between 0 and 1, such as 0.99 for 99 %.',
    );
  }
  if (typeof window !== 'string' || !/^[1-9]\d*[hdw]$/.test(window)) {
    refuse(`has the window ${show(window)}.`, 'Write hours, days or weeks: "12h", "30d", "4w".');
  }
  if (!(threshold > 0 && Number.isFinite(threshold))) {
    refuse(`has the threshold ${show(threshold)}.`, 'Set it to a number above 0.');
  }
  if (target.buckets.type === 'explicit' && !target.buckets.boundaries.includes(threshold)) {
    throw new MeterbookError('SLO_THRESHOLD_NOT_A_BOUNDARY', {
      instrument: target.name,
      cause: `SLO "${name}" has the threshold ${show(threshold)} ${target.unit}, which is no bucket boundary, so that good measurements cannot be counted.`,
      fix: `Use the nearest boundary (${neighbours(target.buckets.boundaries, threshold)}), or add ${threshold} to the boundaries.`,
    });
  }
}
