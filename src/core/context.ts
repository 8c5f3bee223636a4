import { AsyncLocalStorage } from 'node:async_hooks';
import type { Attributes, AttributeValue } from '../declare/index.js';
import { wrongArgument } from '../errors.js';

/** The attributes of one context; `addAttributes` changes them in place. */
export type Holder = Record<string, AttributeValue | undefined>;

/**
 * Makes a holder: without `Object.prototype`, and, unlike what `Object.create(null)` gives, an object
 * with fast properties; a request makes one and each record of it reads from it.
 */
const Bare = /* @__PURE__ */ (() => {
  const Context = function Context() {} as unknown as new () => Holder;
  Context.prototype = Object.create(null);
  return Context;
})();

/** ESM and CommonJS copies of the package in one process share the one storage. */
const STORAGE = Symbol.for('meterbook.context.1');

let storage: AsyncLocalStorage<Holder> | undefined;

/** Made on first use, so that importing has no side effect. */
function shared(): AsyncLocalStorage<Holder> {
  const global = globalThis as { [STORAGE]?: AsyncLocalStorage<Holder> };
  global[STORAGE] ??= new AsyncLocalStorage<Holder>();
  storage = global[STORAGE];
  return storage;
}

/** Takes over what can be read: a getter that throws must not reach the application from here. */
function take(holder: Holder, attributes: Attributes): void {
  try {
    Object.assign(holder, attributes);
  } catch {
    // What was read before the getter threw stays; whatever is missing shows at the record call.
  }
}

function merged(outer: Holder | undefined, attributes: Attributes): Holder {
  const holder = Object.assign(new Bare(), outer);
  take(holder, attributes);
  return holder;
}

/**
 * Runs `fn` with these context attributes, on top of the outer ones, and returns what it returns.
 * Everything that `fn` calls or awaits sees them; declared attributes marked `.fromContext()` take
 * their values from here. The object is copied. Throws `INVALID_SETUP` for what is no function.
 */
export function withAttributes<Result>(attributes: Attributes, fn: () => Result): Result {
  if (typeof fn !== 'function') {
    throw wrongArgument('withAttributes()', fn, '', 'Pass a function after the attributes.');
  }
  const store = storage ?? shared();
  return store.run(merged(store.getStore(), attributes), fn);
}

/**
 * Adds attributes to the context that is active, from here on and for everything that shares it.
 * Returns false, and does nothing, outside of any `withAttributes`.
 */
export function addAttributes(attributes: Attributes): boolean {
  const holder = (storage ?? shared()).getStore();
  if (holder === undefined) return false;
  take(holder, attributes);
  return true;
}

/** A copy of the context attributes that are active here. */
export function getAttributes(): Attributes {
  return { ...(storage ?? shared()).getStore() };
}

/** No context attributes. */
export const NO_CONTEXT: Attributes = Object.freeze(new Bare());

/** The context attributes that are active here, not copied. On the record path: read them once. */
export function activeContext(): Attributes {
  return (storage ?? shared()).getStore() ?? NO_CONTEXT;
}

/**
 * The active context itself, to be kept and run in later, at the end of a request or at each step
 * of a stream: what `addAttributes` has added until then is in it. `undefined` outside of any.
 */
export function currentContext(): Holder | undefined {
  return (storage ?? shared()).getStore();
}

/** Runs `fn` in a context that was kept; `undefined` is no context at all. */
export function runInContext<Result>(context: Holder | undefined, fn: () => Result): Result {
  const store = storage ?? shared();
  // Often the context is still the active one, and to enter it anew would cost something.
  if (store.getStore() === context) return fn();
  return context === undefined ? store.exit(fn) : store.run(context, fn);
}

/**
 * Makes a context with these attributes alone and enters it for the rest of the synchronous
 * execution and everything that it starts: for hooks that get no function to run. What was active
 * before is left out, since a hook cannot tell the server's context from that of the request before.
 */
export function enterContext(attributes: Attributes | undefined): Holder {
  const context = new Bare();
  if (attributes !== undefined) take(context, attributes);
  (storage ?? shared()).enterWith(context);
  return context;
}
