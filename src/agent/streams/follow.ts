import { isEventStream, observedEvents } from './observed-events.js';
import { observedIterable } from './observed-iterable.js';
import { observedReadable } from './observed-readable.js';
import { isAsyncIterable, isReadableStream } from './shapes.js';
import type { StreamObserver } from './stream-observer.js';

/** Whether {@link observedStream} can follow it. */
export function isStream(value: unknown): value is object {
  return isReadableStream(value) || isAsyncIterable(value);
}

/** The same stream, observed, by what kind of stream it is. */
export function observedStream(source: object, observer: StreamObserver): object {
  if (isReadableStream(source)) {
    // Somebody reads it already; whoever asks for it next is told so by the stream itself.
    return source.locked ? source : observedReadable(source, observer);
  }
  if (isEventStream(source)) return observedEvents(source, observer);
  return observedIterable(source as AsyncIterable<unknown> & object, observer);
}
