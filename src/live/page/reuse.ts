/**
 * The next answer, made of the parts of the last one wherever they say the same: what has not changed
 * is the same object then, and is not drawn again. Costs a walk over both.
 */
export function reuse<T>(before: unknown, next: T): T {
  if (Object.is(before, next)) return next;
  if (typeof before !== 'object' || before === null) return next;
  if (typeof next !== 'object' || next === null) return next;
  if (Array.isArray(next)) {
    if (!Array.isArray(before)) return next;
    let same = before.length === next.length;
    for (let i = 0; i < next.length; i++) {
      next[i] = reuse(before[i], next[i]);
      if (!Object.is(next[i], before[i])) same = false;
    }
    return same ? (before as T) : next;
  }
  if (Array.isArray(before)) return next;
  const old = before as Record<string, unknown>;
  const fresh = next as Record<string, unknown>;
  const keys = Object.keys(fresh);
  let same = keys.length === Object.keys(old).length;
  for (const key of keys) {
    fresh[key] = reuse(old[key], fresh[key]);
    if (!Object.is(fresh[key], old[key]) || !(key in old)) same = false;
  }
  return same ? (before as T) : next;
}
