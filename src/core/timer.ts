import type { Attributes } from '../declare/index.js';
import { isTimeUnit, MILLIS_PER_UNIT } from '../declare/index.js';
import { copyAttributes, UNREADABLE } from './attribute-copies.js';
import type { Runtime } from './runtime.js';

/** What a timer records into. */
export interface TimerTarget {
  readonly unit: string;
  readonly runtime: Runtime;
  /** Takes the elapsed time, in `unit`, with the attributes given at the start and the stop. */
  record(elapsed: number, attributes: Attributes): void;
  /** Called instead where `unit` is no unit of time. */
  refuseUnit(): void;
}

/** Stops a timer; only the first call records. Returns the elapsed time in the declared unit. */
export interface StopTimer extends Disposable {
  (attributes?: Attributes): number;
}

/** Starts a timer on the monotonic clock. */
export function startTimer(target: TimerTarget, given: Attributes | undefined): StopTimer {
  const { clock } = target.runtime;
  const atStart = given === undefined ? undefined : copyAttributes(given);
  const startMillis = clock.monotonic();
  let elapsed: number | undefined;
  const stop = (attributes?: Attributes): number => {
    if (elapsed !== undefined) return elapsed;
    const millis = clock.monotonic() - startMillis;
    if (!isTimeUnit(target.unit)) {
      elapsed = Number.NaN;
      target.refuseUnit();
      return elapsed;
    }
    elapsed = millis / MILLIS_PER_UNIT[target.unit];
    target.record(
      elapsed,
      atStart === undefined ? (attributes ?? {}) : copyAttributes(atStart, attributes),
    );
    return elapsed;
  };
  return Object.assign(stop, { [Symbol.dispose]: () => void stop() });
}

/** What a timed function threw, or rejected with. */
interface Failure {
  readonly error: unknown;
}

/**
 * How the attributes of a timed call are made: as they are, or from how the call ended. A function
 * that throws costs the measurement (`invalid_attribute`), never the result of the call.
 */
export type TimedAttributes<A> = A | ((failure?: { readonly error: unknown }) => A);

/**
 * Times a function, synchronous or not, and returns or throws what it does. Where `error.type` is
 * declared and not given, a failure is recorded with the class name of what was thrown.
 */
export function time<Result>(
  target: TimerTarget,
  fn: () => Result,
  attributes: TimedAttributes<Attributes> | undefined,
  declaresErrorType: boolean,
): Result {
  const stop = startTimer(target, undefined);
  const end = (failure?: Failure): void => {
    stop(attributesAtEnd(attributes, declaresErrorType ? failure : undefined, failure));
  };
  let result: Result;
  try {
    result = fn();
  } catch (error) {
    end({ error });
    throw error;
  }
  if (!isThenable(result)) {
    end();
    return result;
  }
  const settled = result.then(
    (value) => {
      end();
      return value;
    },
    (error: unknown) => {
      end({ error });
      throw error;
    },
  );
  // A promise with methods of its own (model clients return such) is handed on as it is. Any other
  // thenable is not: some, such as query builders, run once more for each `then`.
  if (!(result instanceof Promise) || result.constructor === Promise) return settled as Result;
  Promise.resolve(settled).catch(() => undefined);
  return result;
}

/** The attributes of a timed call once it has ended; `toName` is a failure to name the class of. */
function attributesAtEnd(
  attributes: TimedAttributes<Attributes> | undefined,
  toName: Failure | undefined,
  failure: Failure | undefined,
): Attributes {
  try {
    const given = copyAttributes(
      typeof attributes === 'function' ? attributes(failure) : attributes,
    );
    if (toName === undefined || given['error.type'] !== undefined) return given;
    return copyAttributes(given, { 'error.type': errorTypeOf(toName.error) });
  } catch {
    // The caller's function failed: what it timed must not suffer for it, the measurement is dropped.
    return UNREADABLE;
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  try {
    return typeof (value as { then?: unknown } | null | undefined)?.then === 'function';
  } catch {
    return false;
  }
}

/** Source: semantic conventions, `error.type`: the class of the error, or `_OTHER`. Never throws. */
export function errorTypeOf(error: unknown): string {
  try {
    const name: unknown = error instanceof Error ? error.name : undefined;
    return typeof name === 'string' && name !== '' ? name : '_OTHER';
  } catch {
    return '_OTHER';
  }
}
