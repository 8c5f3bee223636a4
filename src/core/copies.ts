/** Shared by all copies of the package in one process: two builds, two versions, one of each bundle. */
const COPIES = Symbol.for('meterbook.copies.1');

/** What stands for this copy. */
const own = {};

/**
 * What became of each copy: `''` once a reader was attached to a registry of it; until then the first
 * instrument that has recorded there. A copy that does neither is not in it.
 */
export function copies(): Map<object, string> {
  const global = globalThis as { [COPIES]?: Map<object, string> };
  global[COPIES] ??= new Map();
  return global[COPIES];
}

/** An instrument of this copy has a new series. Cold. */
export function noteSeries(instrument: string): void {
  if (!copies().has(own)) copies().set(own, instrument);
}

/** Somebody reads registries of this copy. */
export function noteReader(): void {
  copies().set(own, '');
}
