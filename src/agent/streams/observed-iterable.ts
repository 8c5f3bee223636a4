import { attempt } from '../../core/index.js';
import { type Overrides, overlay } from './overlay.js';
import { hasMethod, isObject, isThenable, property } from './shapes.js';
import type { StreamObserver } from './stream-observer.js';

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
  let isTaken = false;
  const iterate = (): AsyncIterator<unknown> => {
    if (isTaken) return source[Symbol.asyncIterator]();
    isTaken = true;
    return observedIterator(iteratorOf(source, observer), observer, source);
  };
  return overlay(source, (self) => iterableMembers(source, iterate, self));
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
  return overlay(source, (self) => iteratorMembers(source, observer, source, self));
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
  return overlay(inner, (self) => iteratorMembers(inner, observer, owner, self));
}

function iteratorMembers(
  inner: Iterator,
  observer: StreamObserver,
  owner: object,
  self: () => Iterator,
): Overrides {
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
    [Symbol.asyncIterator, self],
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
 * How it is iterated, and the members by which client packages make other streams of theirs: these
 * read the observed one as well, for they would otherwise read past it.
 */
function iterableMembers<T extends Iterable>(
  source: T,
  iterate: () => AsyncIterator<unknown>,
  self: () => T,
): Overrides {
  const members = new Map<PropertyKey, unknown>([[Symbol.asyncIterator, iterate]]);
  if (hasMethod(source, 'toReadableStream')) {
    const original = property(source, 'toReadableStream') as (...args: unknown[]) => unknown;
    members.set('toReadableStream', (...args: unknown[]) => Reflect.apply(original, self(), args));
  }
  if (hasMethod(source, 'tee')) members.set('tee', () => tee(source, iterate()));
  return members;
}

/** Two streams of one: what one of them has read waits for the other. */
function tee<T extends Iterable>(source: T, iterator: AsyncIterator<unknown>): [T, T] {
  const queues: [Promise<Result>[], Promise<Result>[]] = [[], []];
  const branch = (own: Promise<Result>[]): T => {
    const next = (): Promise<Result> => {
      if (own.length === 0) {
        const result = iterator.next();
        for (const queue of queues) queue.push(result);
      }
      return own.shift() as Promise<Result>;
    };
    return overlay(source, (self) => iterableMembers(source, () => ({ next }), self));
  };
  return [branch(queues[0]), branch(queues[1])];
}
