import { attempt } from '../../core/index.js';
import { isAborted, observedIterator } from './observed-iterable.js';
import { overlay } from './overlay.js';
import { hasMethod, isObject, property } from './shapes.js';
import type { StreamObserver } from './stream-observer.js';

type Listener = (...args: unknown[]) => void;

/**
 * A stream that reads the answer by itself and tells of it by events: what `messages.stream()` and
 * `chat.completions.stream()` of the client packages return. It can be iterated as well.
 */
interface EventStream extends AsyncIterable<unknown> {
  on(event: string, listener: Listener): unknown;
}

/** The event of each chunk, by its name in each package: a stream emits one of them. */
const CHUNK_EVENTS = ['streamEvent', 'chunk', 'event'] as const;

export function isEventStream(source: object): source is EventStream {
  return (
    ['on', 'once', 'off', 'done', 'abort'].every((key) => hasMethod(source, key)) &&
    typeof property(source, 'ended') === 'boolean' &&
    isObject(property(source, 'controller'))
  );
}

/**
 * The same stream, observed by its events: chunks are measured when they arrive, whether they are
 * iterated, listened to, or only the final message is awaited.
 *
 * No listener for errors is added unless the application has one: these packages report an error
 * that nobody handles, and a listener of ours would count as handling it.
 */
export function observedEvents<T extends EventStream>(source: T, observer: StreamObserver): T {
  for (const event of CHUNK_EVENTS) source.on(event, (chunk) => observer.onChunk(chunk));
  source.on('end', () => attempt(() => onEnd(source, observer)));
  // Chunks and the end come as events; an iterator tells what was thrown and that it was left.
  const ofIterator: StreamObserver = {
    inContext: (fn) => observer.inContext(fn),
    onChunk: () => undefined,
    onEnd: () => undefined,
    onError: (error) => observer.onError(error),
    onReturn: () => observer.onReturn(),
  };
  const members = (self: () => T) => {
    const iterate = () => observedIterator(source[Symbol.asyncIterator](), ofIterator, source);
    const listen =
      (method: 'on' | 'once') =>
      (...args: unknown[]): T => {
        if (args[0] === 'error') source.on('error', (error) => observer.onError(error));
        Reflect.apply(property(source, method) as Listener, source, args);
        return self();
      };
    return new Map<PropertyKey, unknown>([
      [Symbol.asyncIterator, iterate],
      ['on', listen('on')],
      ['once', listen('once')],
    ]);
  };
  return overlay(source, members, (result, self) =>
    result instanceof Promise ? noting(result, source, self, observer) : result,
  );
}

function onEnd(source: object, observer: StreamObserver): void {
  if (property(source, 'aborted') === true) observer.onEnd(true);
  else if (property(source, 'errored') !== true) observer.onEnd(isAborted(source));
  // The promises that tell what went wrong are rejected after this event. Where nobody has asked
  // for one, nobody knows the error.
  else setImmediate(() => observer.onError(undefined));
}

/** The promise that a method returned, noting what it is rejected with. */
function noting(
  promise: Promise<unknown>,
  source: object,
  self: object,
  observer: StreamObserver,
): Promise<unknown> {
  return promise.then(
    // `withResponse()` hands the stream out once more.
    (value) => (property(value, 'data') === source ? { ...(value as object), data: self } : value),
    (error: unknown) => {
      observer.onError(error);
      throw error;
    },
  );
}
