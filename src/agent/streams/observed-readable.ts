import type { StreamObserver } from './stream-observer.js';

/** How a stream is made that asks for a chunk only when somebody waits for one. */
const NO_READ_AHEAD = { highWaterMark: 0 } as const;

type Controller = ReadableStreamDefaultController<unknown> | ReadableByteStreamController;

/**
 * A stream of the same chunks, observed. It has to be a new one, since web streams and what takes
 * them (`pipeTo`, `new Response`) look behind an object's members; the source is locked from here on.
 * A byte stream stays one: as any byte stream does, it hands its memory on from reader to reader.
 */
export function observedReadable(
  source: ReadableStream<unknown>,
  observer: StreamObserver,
): ReadableStream<unknown> {
  const isBytes = isByteStream(source);
  const reader = source.getReader();
  const pull = async (controller: Controller): Promise<void> => {
    const result = await observer
      .inContext(() => reader.read())
      .catch((error: unknown) => {
        observer.onError(error);
        throw error;
      });
    if (result.done) {
      observer.onEnd(false);
      controller.close();
      // A reader that waits with memory of its own is told apart from the others that it is over.
      (controller as Partial<ReadableByteStreamController>).byobRequest?.respond(0);
      return;
    }
    observer.onChunk(result.value);
    (controller as ReadableStreamDefaultController<unknown>).enqueue(result.value);
  };
  const cancel = (reason: unknown): Promise<void> => {
    observer.onReturn();
    return observer.inContext(() => reader.cancel(reason));
  };
  return isBytes
    ? new ReadableStream({ type: 'bytes', pull, cancel }, NO_READ_AHEAD)
    : new ReadableStream({ pull, cancel }, NO_READ_AHEAD);
}

/** Only the reader that it takes tells a byte stream from others. */
function isByteStream(source: ReadableStream<unknown>): boolean {
  try {
    source.getReader({ mode: 'byob' }).releaseLock();
    return true;
  } catch {
    return false;
  }
}
