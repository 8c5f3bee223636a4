import { attempt } from '../../core/index.js';

type Method = (this: unknown, ...args: unknown[]) => unknown;

/** Members that are replaced, by key. */
export type Overrides = ReadonlyMap<PropertyKey, unknown>;

/**
 * An object that is `target` but for some members: same class, same state, same everything else.
 * Methods run on the target itself, since private fields are found on nothing else, and one that
 * returns the target (`stream.on(…)`) returns the overlay, so that a chain of calls stays on it.
 *
 * @param replace makes the members to be replaced; `self` gives the overlay, once it is there
 * @param adjust sees what any other method returns, and says what is returned in its place
 */
export function overlay<T extends object>(
  target: T,
  replace: (self: () => T) => Overrides,
  adjust: (result: unknown, self: T) => unknown = (result) => result,
): T {
  const overrides = replace(() => self);
  let self: T = target;
  if ([...overrides.keys()].some((key) => isFixed(target, key))) {
    self = derived(target, overrides);
    return self;
  }
  const methods = new WeakMap<object, Method>();
  const methodOf = (original: Method): Method => {
    const known = methods.get(original);
    if (known !== undefined) return known;
    const method: Method = function (...args) {
      const result = Reflect.apply(original, this === proxy ? target : this, args);
      return result === target ? proxy : adjust(result, proxy);
    };
    methods.set(original, method);
    return method;
  };
  const proxy: T = new Proxy(target, {
    get(_, key) {
      if (overrides.has(key)) return overrides.get(key);
      const value: unknown = Reflect.get(target, key, target);
      const isMethod = typeof value === 'function' && key !== 'constructor';
      return isMethod && !isFixed(target, key) ? methodOf(value as Method) : value;
    },
    set: (_, key, value) => Reflect.set(target, key, value, target),
  });
  self = proxy;
  return proxy;
}

/** Of a fixed member a proxy has to tell the truth. */
function isFixed(target: object, key: PropertyKey): boolean {
  const found = Reflect.getOwnPropertyDescriptor(target, key);
  return found !== undefined && found.configurable === false && found.writable !== true;
}

/** For frozen objects, which are plain ones: what is not replaced is inherited. */
function derived<T extends object>(target: T, overrides: Overrides): T {
  const copy = Object.create(target) as T;
  for (const [key, value] of overrides) {
    attempt(() => Object.defineProperty(copy, key, { value, configurable: true, writable: true }));
  }
  return copy;
}
