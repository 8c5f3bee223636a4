import { overlay } from './overlay.js';
import { hasMethod, property } from './shapes.js';

/** What follows a promise. */
export interface PromiseObserver {
  /** Says what is handed on in place of the value. Called again for the same value, says the same. */
  onValue(value: unknown): unknown;
  onError(error: unknown): void;
  /** The application reads the raw response by itself, so that no value may come. */
  onResponse?(): void;
}

/**
 * A promise of the same, observed. That of a client package, which is a class of its own with
 * further methods (`withResponse`, `asResponse`), keeps them, and does nothing before it is asked,
 * as it would without us.
 */
export function observedPromise<P extends PromiseLike<unknown> & object>(
  promise: P,
  observer: PromiseObserver,
): P {
  const onValue = (value: unknown): unknown => observer.onValue(value);
  const fail = (error: unknown): never => {
    observer.onError(error);
    throw error;
  };
  if (promise instanceof Promise && promise.constructor === Promise) {
    return promise.then(onValue, fail) as unknown as P;
  }
  let settled: Promise<unknown> | undefined;
  const settle = (): Promise<unknown> => {
    settled ??= new Promise((resolve, reject) => {
      promise.then(resolve, reject);
    }).then(onValue, fail);
    return settled;
  };
  const overrides = new Map<PropertyKey, unknown>([
    ['then', (...args: Parameters<Promise<unknown>['then']>) => settle().then(...args)],
    ['catch', (...args: Parameters<Promise<unknown>['catch']>) => settle().catch(...args)],
    ['finally', (...args: Parameters<Promise<unknown>['finally']>) => settle().finally(...args)],
  ]);
  const follow = (method: string, adjust: (value: unknown) => unknown): void => {
    if (!hasMethod(promise, method)) return;
    const original = property(promise, method) as (...args: unknown[]) => PromiseLike<unknown>;
    overrides.set(method, (...args: unknown[]) =>
      Reflect.apply(original, promise, args).then(adjust, fail),
    );
  };
  follow('withResponse', (value) => ({
    ...(value as object),
    data: onValue(property(value, 'data')),
  }));
  follow('asResponse', (response) => {
    observer.onResponse?.();
    return response;
  });
  return overlay(promise, () => overrides);
}
