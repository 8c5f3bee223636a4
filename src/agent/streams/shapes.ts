/** What can be told of a value that somebody else made. None of these throws. */

/** One property of anything; `undefined` where there is none, or where reading it throws. */
export function property(value: unknown, key: PropertyKey): unknown {
  try {
    return (value as Readonly<Record<PropertyKey, unknown>> | null | undefined)?.[key];
  } catch {
    return undefined;
  }
}

/** A method of anything, if it has it. */
export function hasMethod(value: unknown, key: PropertyKey): boolean {
  return typeof property(value, key) === 'function';
}

/** A text that is not empty. */
export function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return hasMethod(value, 'then');
}

export function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

export function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> & object {
  return isObject(value) && hasMethod(value, Symbol.asyncIterator);
}

/** A web stream of this realm: only those can be read, cancelled and piped by their own rules. */
export function isReadableStream(value: unknown): value is ReadableStream<unknown> {
  return value instanceof ReadableStream;
}
