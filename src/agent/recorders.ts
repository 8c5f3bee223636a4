import type { Attributes } from '../declare/index.js';
import { type Duration, type Instrument, toSeconds } from '../standard/index.js';

/** Records a duration. */
export type RecordDuration = (elapsed: Duration, attributes?: Attributes) => void;

/** Records durations in one histogram. */
export function durations(instrument: Instrument): RecordDuration {
  return (elapsed, attributes) => instrument.record(toSeconds(elapsed), attributes);
}

/** Counts one more. */
export function increments(instrument: Instrument): (attributes?: Attributes) => void {
  return (attributes) => instrument.add(1, attributes);
}

/** Ends what a `record…Start` helper began; only the first call counts. Works with `using`. */
export interface End extends Disposable {
  (): void;
}

/**
 * Counts what is in progress: one more now, one less at the end, both on the series of the start,
 * whatever the request context is by then.
 */
export function activities(instrument: Instrument): (attributes?: Attributes) => End {
  return (attributes) => {
    const series = instrument.bind(attributes);
    series.add(1);
    let isOpen = true;
    const end = (): void => {
      if (!isOpen) return;
      isOpen = false;
      series.add(-1);
    };
    return Object.assign(end, { [Symbol.dispose]: end });
  };
}

/**
 * For instruments that are recorded together with one attributes object: gives each the keys that it
 * declares. Where they declare the same keys, the object is passed on as it is and nothing is
 * allocated.
 */
export function sharing(
  instrument: Instrument,
  others: readonly Instrument[],
): (attributes: Attributes | undefined) => Attributes | undefined {
  const own = Object.keys(instrument.declaration.attributes);
  const hasAll = others.every(({ declaration }) =>
    Object.keys(declaration.attributes).every((key) => own.includes(key)),
  );
  if (hasAll) return (attributes) => attributes;
  return (attributes) => {
    try {
      return Object.fromEntries(own.map((key) => [key, attributes?.[key]]));
    } catch {
      // A getter threw: it will throw again in the instrument, where it is counted.
      return attributes;
    }
  };
}

/** A copy with one attribute set; what cannot be copied is passed on for the instrument to count. */
export function withAttribute(
  attributes: Attributes | undefined,
  key: string,
  value: string | undefined,
): Attributes | undefined {
  try {
    return { ...attributes, [key]: value };
  } catch {
    return attributes;
  }
}

/**
 * One property of what a caller passed; `undefined` where nothing was passed, and NaN, for the
 * instrument to count, where reading it throws.
 */
export function read<T extends object, K extends keyof T>(
  from: T | null | undefined,
  key: K,
): T[K] | number | undefined {
  try {
    return from?.[key];
  } catch {
    return Number.NaN;
  }
}
