import type { Attributes } from '../declare/index.js';

function refuse(): never {
  throw new Error('these attributes could not be read');
}

/**
 * Stands for attributes that threw when they were read: it throws as well, so that the measurement
 * made with it is dropped and counted in the same place as any other.
 */
export const UNREADABLE: Attributes = /* @__PURE__ */ new Proxy<Attributes>(
  {},
  { get: refuse, has: refuse, ownKeys: refuse },
);

/**
 * Both objects in one of our own, the second on top, so that the caller's are not kept. Never throws.
 * A spread and no `Object.assign`: that would take an own key `__proto__` for the prototype.
 */
export function copyAttributes(below: unknown, above?: unknown): Attributes {
  try {
    return { ...(below as Attributes), ...(above as Attributes) };
  } catch {
    return UNREADABLE;
  }
}
