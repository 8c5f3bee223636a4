import type { Attributes } from '../../declare/index.js';
import { before, type Method, whenSettled, wrapMethod } from '../wrap.js';
import type { Descriptions } from './descriptions.js';

/** Where queries that have ended are recorded. Never throws. */
export type RecordQuery = (attributes: Attributes, millis: number, error: unknown) => void;

/** Ends one query: the first call counts. `error` is `undefined` where it went well. */
type End = (error: unknown, atMillis: number) => void;

/**
 * Observes the queries of one client of `pg`, in each form that `query` takes: with a callback among
 * the arguments or in the object, with a promise, and as an object that submits itself. Returns what
 * ends it.
 */
export function observeClient(
  client: object,
  descriptions: Descriptions,
  record: RecordQuery,
): () => void {
  return wrapMethod(client, 'query', (original, self, args) => {
    const [query] = args;
    if (query === null || query === undefined) return Reflect.apply(original, self, args);
    const attributes = descriptions.of(query);
    const start = performance.now();
    let isOpen = true;
    const end: End = (error, atMillis) => {
      if (isOpen) record(attributes, atMillis - start, error);
      isOpen = false;
    };
    if (isSubmittable(query)) watchSubmittable(query, end);
    else if (typeof (args[2] ?? args[1]) === 'function')
      return withArgument(original, self, args, end);
    else if (hasCallback(query)) return withProperty(original, self, args, query, end);
    return whenSettled(
      Reflect.apply(original, self, args),
      () => end(undefined, performance.now()),
      (error) => end(error ?? '', performance.now()),
    );
  });
}

/** `query(text, callback)` and `query(text, values, callback)`. */
function withArgument(original: Method, self: unknown, args: unknown[], end: End): unknown {
  const at = typeof args[2] === 'function' ? 2 : 1;
  const changed = [...args];
  changed[at] = endBefore(args[at] as Method, end);
  return Reflect.apply(original, self, changed);
}

/** `query({ text, callback })`: put in its place while the driver reads it, which it does at once. */
function withProperty(
  original: Method,
  self: unknown,
  args: unknown[],
  query: { callback: unknown },
  end: End,
): unknown {
  const { callback } = query;
  if (!Reflect.set(query, 'callback', endBefore(callback as Method, end))) {
    return Reflect.apply(original, self, args);
  }
  try {
    return Reflect.apply(original, self, args);
  } finally {
    query.callback = callback;
  }
}

function endBefore(callback: Method, end: End): Method {
  return before(callback, ([error]) => end(error || undefined, performance.now()));
}

/**
 * A `Query`, a cursor or a stream: the client calls its `handleReadyForQuery` once the connection is
 * free again, and its `handleError`. What a cursor has been left open for is part of its duration.
 */
function watchSubmittable(query: object, end: End): void {
  const unwrapReady = wrapMethod(query, 'handleReadyForQuery', (original, self, args) => {
    const now = performance.now();
    unwrapAll();
    try {
      return Reflect.apply(original, self, args);
    } finally {
      end(undefined, now);
    }
  });
  const unwrapError = wrapMethod(query, 'handleError', (original, self, args) => {
    end(args[0] ?? '', performance.now());
    unwrapAll();
    return Reflect.apply(original, self, args);
  });
  const unwrapAll = (): void => {
    unwrapReady();
    unwrapError();
  };
}

function isSubmittable(query: unknown): query is object {
  return typeof (query as { submit?: unknown }).submit === 'function';
}

function hasCallback(query: unknown): query is { callback: unknown } {
  return (
    typeof query === 'object' && typeof (query as { callback?: unknown }).callback === 'function'
  );
}
