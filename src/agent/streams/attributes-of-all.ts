import type { AgentInstrumentName } from '../../standard/index.js';
import type { AttributesForAll } from '../types.js';

/**
 * What several instruments `K` of the registry `R` take together, without the keys `Filled` that the
 * observer itself fills in: each key that any of them takes, required where any of them requires it.
 *
 * `AttributesOfAll<R, 'a' | 'b', 'z'>` where `a` takes `{ x: string; z: string }` and `b` takes
 * `{ y?: string }` is `{ x: string; y?: string }`.
 */
export type AttributesOfAll<R, K extends AgentInstrumentName, Filled extends string> = Omit<
  Together<NonNullable<AttributesForAll<R, K>[0]>>,
  Filled
>;

/** `A | B` becomes `A & B`. */
type Together<A> = (A extends unknown ? (take: A) => void : never) extends (take: infer All) => void
  ? All
  : never;
