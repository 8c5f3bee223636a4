/** Objects that a caller should never pass, and that must not do harm when one does. */

/** Throws whenever the property is read. */
export function throwingGetter(key: string): Record<string, never> {
  return Object.defineProperty({}, key, {
    enumerable: true,
    get: () => {
      throw new Error('a getter of the caller');
    },
  });
}

/** Throws whatever is done with it. */
export function throwingProxy(): Record<string, never> {
  const fail = () => {
    throw new Error('a proxy of the caller');
  };
  return new Proxy({}, { get: fail, has: fail, ownKeys: fail, getOwnPropertyDescriptor: fail });
}

/** Passes a value that the compiler would refuse. */
export function untyped<T>(value: unknown): T {
  return value as T;
}
