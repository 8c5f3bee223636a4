import {
  ATTR_DB_CLIENT_CONNECTION_POOL_NAME,
  ATTR_DB_CLIENT_CONNECTION_STATE,
  type Instruments,
  type LevelCallback,
} from '../standard/index.js';
import { type LevelSource, type PoolGroup, sharedState } from './shared-state.js';
import type { PoolLevels } from './types.js';

/** The instruments that are asked at collection. */
export const LEVEL_INSTRUMENTS = [
  'dbClientConnectionCount',
  'dbClientConnectionMax',
  'dbClientConnectionIdleMax',
  'dbClientConnectionIdleMin',
  'dbClientConnectionPendingRequests',
] as const;

type LevelInstrument = (typeof LEVEL_INSTRUMENTS)[number];

/** Names whose pools are all gone that are still reported as 0, in one registry. */
const MAX_EMPTY_GROUPS = 100;

/**
 * Reports the levels of one pool at each collection, until the function returned is called. From
 * then on the name reports 0: a reader of differences has to be told that what was there is gone,
 * and a reader of totals must not keep the last it heard.
 */
export function reportLevels(
  core: object,
  it: Instruments<LevelInstrument>,
  name: string,
  source: LevelSource,
): () => void {
  const all = sharedState().groups;
  const groups = all.get(core) ?? new Map<string, PoolGroup>();
  all.set(core, groups);
  const group = groups.get(name) ?? makeGroup(it, name);
  // The latest used is the last in the map, so that the first empty one is the longest gone.
  groups.delete(name);
  groups.set(name, group);
  group.sources.add(source);
  return () => {
    group.sources.delete(source);
    forgetLongGone(groups);
  };
}

/** Whoever makes a new name for each pool must not fill the memory with old ones. */
function forgetLongGone(groups: Map<string, PoolGroup>): void {
  const empty = [...groups].filter(([, { sources }]) => sources.size === 0);
  for (const [name, { remove }] of empty.slice(0, Math.max(0, empty.length - MAX_EMPTY_GROUPS))) {
    remove();
    groups.delete(name);
  }
}

function makeGroup(it: Instruments<LevelInstrument>, name: string): PoolGroup {
  const sources = new Set<LevelSource>();
  const pool = { [ATTR_DB_CLIENT_CONNECTION_POOL_NAME]: name };
  const idle = { ...pool, [ATTR_DB_CLIENT_CONNECTION_STATE]: 'idle' };
  const used = { ...pool, [ATTR_DB_CLIENT_CONNECTION_STATE]: 'used' };
  const callbacks: [LevelInstrument, LevelCallback][] = [
    [
      'dbClientConnectionCount',
      (result) => {
        result.observe(sum(sources, 'idle') ?? 0, idle);
        result.observe(sum(sources, 'used') ?? 0, used);
      },
    ],
  ];
  const optional = {
    dbClientConnectionMax: 'max',
    dbClientConnectionIdleMax: 'idleMax',
    dbClientConnectionIdleMin: 'idleMin',
    dbClientConnectionPendingRequests: 'pending',
  } as const;
  for (const [instrument, level] of Object.entries(optional)) {
    let isKnown = false;
    callbacks.push([
      instrument as keyof typeof optional,
      (result) => {
        const value = sum(sources, level);
        isKnown ||= value !== undefined;
        if (isKnown) result.observe(value ?? 0, pool);
      },
    ]);
  }
  for (const [instrument, callback] of callbacks) it[instrument].addCallback(callback);
  return {
    sources,
    remove() {
      for (const [instrument, callback] of callbacks) it[instrument].removeCallback(callback);
    },
  };
}

/** One level over all pools of a group; `undefined` where none of them knows it. */
function sum(sources: Set<LevelSource>, level: keyof PoolLevels): number | undefined {
  let total: number | undefined;
  for (const source of [...sources]) {
    const levels = source.levels();
    if (levels === undefined) source.closed();
    else if (levels[level] !== undefined) total = (total ?? 0) + levels[level];
  }
  return total;
}
