import { type Overrides, overlay } from './overlay.js';
import { hasMethod, isObject, isThenable, property } from './shapes.js';
import { attempt, type StreamObserver } from './stream-observer.js';

type Iterator = AsyncIterator<unknown, unknown, unknown> & object;
type Iterable = AsyncIterable<unknown> & object;
type Result = IteratorResult<unknown, unknown>;

/**
 * The same iterable, observed: each chunk is asked for when the consumer asks, and handed on as it
 * is. The first iterator taken of it is the one that is observed; what a second one gives is up to
 * the source.
 */
export function observedIterable<T extends Iterable>(source: T, observer: StreamObserver): T {
  if (hasMethod(source, 'next')) return observedGenerator(source as T & Iterator, observer);
  const state = { isTaken: false };
  const overrides = new Map<PropertyKey, unknown>();
  const observed = overlay(source, overrides);
  overrides.set(Symbol.asyncIterator, () => {
    if (state.isTaken) return source[Symbol.asyncIterator]();
    state.isTaken = true;
    return observedIterator(iteratorOf(source, observer), observer, source);
  });
  addCopying(source, observed, overrides);
  return observed;
}

/** An iterator of the source; it is not observed yet, but its making is. */
function iteratorOf(source: Iterable, observer: StreamObserver): Iterator {
  try {
    return observer.inContext(() => source[Symbol.asyncIterator]()) as Iterator;
  } catch (error) {
    observer.onError(error);
    throw error;
  }
}

/** A generator is its own iterator, and stays it. */
function observedGenerator<T extends Iterable & Iterator>(source: T, observer: StreamObserver): T {
  const overrides = new Map(iteratorMembers(source, observer, source));
  const observed = overlay(source, overrides);
  overrides.set(Symbol.asyncIterator, () => observed);
  return observed;
}

/**
 * One iterator, observed.
 *
 * @param owner what it iterates, which may have been aborted
 */
export function observedIterator(
  inner: Iterator,
  observer: StreamObserver,
  owner: object,
): AsyncIterator<unknown> {
  if (!isObject(inner) || !hasMethod(inner, 'next')) return inner;
  const overrides = new Map(iteratorMembers(inner, observer, owner));
  const observed = overlay(inner, overrides);
  overrides.set(Symbol.asyncIterator, () => observed);
  return observed;
}

function iteratorMembers(inner: Iterator, observer: StreamObserver, owner: object): Overrides {
  const note = (result: Result): Result => {
    attempt(() => {
      if (result.done === true) observer.onEnd(isAborted(owner));
      else observer.onChunk(result.value);
    });
    return result;
  };
  const fail = (error: unknown): never => {
    observer.onError(error);
    throw error;
  };
  const step = (ask: () => Promise<Result>): Promise<Result> => {
    let asked: Promise<Result>;
    try {
      asked = observer.inContext(ask);
    } catch (error) {
      return fail(error);
    }
    if (!isThenable(asked)) return note(asked) as unknown as Promise<Result>;
    return (asked instanceof Promise ? asked : Promise.resolve(asked)).then(note, fail);
  };
  const leave = (...args: [] | [unknown]): Promise<Result> => {
    observer.onReturn();
    if (hasMethod(inner, 'return')) {
      return observer.inContext(() => inner.return?.(...args)) as Promise<Result>;
    }
    return Promise.resolve({ done: true, value: args[0] });
  };
  const members = new Map<PropertyKey, unknown>([
    ['next', (...args: [] | [unknown]) => step(() => inner.next(...args))],
    ['return', leave],
  ]);
  if (hasMethod(inner, 'throw')) {
    members.set('throw', (error: unknown) => step(() => inner.throw?.(error) as Promise<Result>));
  }
  if (typeof Symbol.asyncDispose === 'symbol' && hasMethod(inner, Symbol.asyncDispose)) {
    members.set(Symbol.asyncDispose, async () => void (await leave()));
  }
  return members;
}

/** Whether the source was told to stop; client packages then end their streams without an error. */
export function isAborted(source: object): boolean {
  const signal = property(property(source, 'controller'), 'signal');
  return property(signal, 'aborted') === true;
}

/**
 * Members by which client packages make other streams of theirs: these read the observed one as
 * well, for they would otherwise read past it.
 */
function addCopying(source: Iterable, observed: Iterable, overrides: Map<PropertyKey, unknown>) {
  if (hasMethod(source, 'toReadableStream')) {
    overrides.set('toReadableStream', (...args: unknown[]) => {
      const original = property(source, 'toReadableStream') as (...args: unknown[]) => unknown;
      return Reflect.apply(original, observed, args);
    });
  }
  if (hasMethod(source, 'tee')) overrides.set('tee', () => tee(source, observed));
}

/** Two streams of one: what one of them has read waits for the other. */
function tee<T extends Iterable>(source: T, observed: Iterable): [T, T] {
  const iterator = observed[Symbol.asyncIterator]();
  const queues: [Promise<Result>[], Promise<Result>[]] = [[], []];
  const branch = (own: Promise<Result>[]): T => {
    const next = (): Promise<Result> => {
      if (own.length === 0) {
        const result = iterator.next();
        for (const queue of queues) queue.push(result);
      }
      return own.shift() as Promise<Result>;
    };
    const overrides = new Map<PropertyKey, unknown>([[Symbol.asyncIterator, () => ({ next })]]);
    const stream = overlay(source, overrides);
    addCopying(source, stream, overrides);
    return stream;
  };
  return [branch(queues[0]), branch(queues[1])];
}
