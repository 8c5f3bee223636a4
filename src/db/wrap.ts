/** A method as it is called, whatever it takes and gives. */
export type Method = (this: unknown, ...args: unknown[]) => unknown;

/** What was put in place of a method. */
interface Wrapper {
  readonly original: Method;
  /** Whether the method was the object's own, rather than its class's. */
  readonly wasOwn: boolean;
  isEnded: boolean;
}

/** Wrappers by the function that stands in the object. */
const wrappers = new WeakMap<object, Wrapper>();

/**
 * Puts a function in the place of a method of one object: never of its class. `around` gets the
 * method, `this` and the arguments, and answers for the method. Returns what takes it out again.
 *
 * Another library may have wrapped the method on top of ours: then ours stays where it is and
 * passes calls on. An object that cannot be changed is left as it is.
 */
export function wrapMethod(
  target: object,
  name: string,
  around: (original: Method, self: unknown, args: unknown[]) => unknown,
): () => void {
  const found: unknown = Reflect.get(target, name);
  if (typeof found !== 'function') return () => undefined;
  const original = found as Method;
  const wrapper: Wrapper = { original, wasOwn: Object.hasOwn(target, name), isEnded: false };
  const replacement: Method = function (...args) {
    return wrapper.isEnded ? Reflect.apply(original, this, args) : around(original, this, args);
  };
  wrappers.set(replacement, wrapper);
  put(target, name, replacement);
  return () => {
    wrapper.isEnded = true;
    unwrap(target, name);
  };
}

/** Takes off whatever has ended, down to what is still in use or not ours. */
function unwrap(target: object, name: string): void {
  for (;;) {
    const top = Object.getOwnPropertyDescriptor(target, name)?.value as object | undefined;
    const wrapper = top === undefined ? undefined : wrappers.get(top);
    if (!wrapper?.isEnded) return;
    if (!wrapper.wasOwn) Reflect.deleteProperty(target, name);
    else put(target, name, wrapper.original);
    if (!wrapper.wasOwn) return;
  }
}

/** As methods are: not listed among the object's own properties. */
function put(target: object, name: string, value: Method): void {
  Reflect.defineProperty(target, name, {
    value,
    writable: true,
    configurable: true,
    enumerable: Object.getOwnPropertyDescriptor(target, name)?.enumerable ?? false,
  });
}

/**
 * The callback that was passed, called as it would have been, with something done before. What is
 * done must not throw.
 */
export function before(callback: Method, first: (args: readonly unknown[]) => void): Method {
  return function (this: unknown, ...args) {
    first(args);
    return Reflect.apply(callback, this, args);
  };
}

/**
 * Has a promise tell how it ended, and gives the promise to hand on: made from it by its own
 * `then`, so that it is of its class, and that a rejection which nobody handles still is one.
 * Anything but a promise is handed on as it is, and tells nothing.
 */
export function whenSettled(
  result: unknown,
  fulfilled: (value: unknown) => void,
  rejected: (error: unknown) => void,
): unknown {
  if (typeof (result as { then?: unknown } | null | undefined)?.then !== 'function') return result;
  return (result as PromiseLike<unknown>).then(
    (value) => {
      fulfilled(value);
      return value;
    },
    (error: unknown) => {
      rejected(error);
      throw error;
    },
  );
}
