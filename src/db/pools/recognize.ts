import { MeterbookError, show } from '../../errors.js';
import type { PoolSource } from '../types.js';
import { isMysql2Pool, mysql2Source } from './mysql2-pool.js';
import { isPgPool, pgSource } from './pg-pool.js';
import { isTarnPool, tarnSource } from './tarn-pool.js';

/** A pool that was recognized, and how to observe it. */
export interface Recognized {
  /** What stands for the pool: the same however it was handed over. */
  readonly identity: object;
  readonly source: PoolSource;
}

/** Tells by its members what pool it is. Throws `INVALID_SETUP` where it is none that is known. */
export function recognize(given: unknown): Recognized {
  for (const candidate of candidates(given)) {
    if (isPgPool(candidate)) return { identity: candidate, source: pgSource(candidate) };
    if (isMysql2Pool(candidate)) return { identity: candidate, source: mysql2Source(candidate) };
    if (isTarnPool(candidate)) return { identity: candidate, source: tarnSource(candidate) };
    if (isSource(candidate)) return { identity: candidate, source: candidate };
  }
  throw new MeterbookError('INVALID_SETUP', {
    cause: `observePool() was given ${show(given)}, which is no pool that it knows.`,
    fix: 'Pass a Pool of pg, mysql2 or tarn, a Knex instance, or { levels: () => ({ idle, used }) } for any other.',
  });
}

/** The object itself; the pool inside of one of `mysql2/promise`; that of a Knex instance. */
function candidates(given: unknown): readonly object[] {
  if ((typeof given !== 'object' && typeof given !== 'function') || given === null) return [];
  const { pool, client } = given as { pool?: unknown; client?: { pool?: unknown } | null };
  return [given, pool, client?.pool].filter(
    (it): it is object => typeof it === 'object' && it !== null,
  );
}

function isSource(candidate: object): candidate is PoolSource {
  return typeof (candidate as Partial<PoolSource>).levels === 'function';
}
