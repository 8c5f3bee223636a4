import type { ObservedPool, ObservedQueries, PoolLevels } from './types.js';

/** One pool, as it is asked. */
export interface LevelSource {
  /** `undefined` once the pool is closed. */
  levels(): PoolLevels | undefined;
  /** Called when the pool is found closed. */
  closed(): void;
}

/** The pools of one registry that share a name: their levels are added up. */
export interface PoolGroup {
  readonly sources: Set<LevelSource>;
  /** Takes the callbacks out of the instruments. */
  readonly remove: () => void;
}

/** What is under observation in this process. */
interface SharedState {
  /** By pool, with what it was observed for. */
  readonly pools: WeakMap<object, { readonly handle: ObservedPool; readonly core: object }>;
  /** By the core of a registry: its pools by name. */
  readonly groups: WeakMap<object, Map<string, PoolGroup>>;
  /** By pool or client whose queries are observed. */
  readonly queries: WeakMap<object, { readonly handle: ObservedQueries; readonly core: object }>;
}

/** ESM and CommonJS copies of the package in one process must not observe one pool twice. */
const STATE = Symbol.for('meterbook.db.1');

/** Made on first use, so that importing has no side effect. */
export function sharedState(): SharedState {
  const global = globalThis as { [STATE]?: SharedState };
  global[STATE] ??= { pools: new WeakMap(), groups: new WeakMap(), queries: new WeakMap() };
  return global[STATE];
}
