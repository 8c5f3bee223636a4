import type { Manifest } from '../../declare/index.js';
import { checkManifests } from '../check-arguments.js';

/** The registries as they were when somebody last agreed to them: `metrics.lock.json`. */
export interface Lock {
  /** Version of this format. */
  readonly lockVersion: 1;
  readonly registries: readonly Manifest[];
}

/**
 * The lock of these registries: ordered by scope and name, so that moving a declaration changes
 * nothing in it.
 */
export function makeLock(manifests: readonly Manifest[]): Lock {
  checkManifests(manifests, 'makeLock()');
  const registries = manifests.map((it) => ({
    ...it,
    instruments: [...it.instruments].sort((a, b) => compare(a.name, b.name)),
    slos: [...it.slos].sort((a, b) => compare(a.name, b.name)),
  }));
  const key = (it: Manifest) => `${it.scope.name}\n${it.instruments[0]?.name ?? ''}`;
  return { lockVersion: 1, registries: registries.sort((a, b) => compare(key(a), key(b))) };
}

/** The lock as the text of its file. */
export function lockText(lock: Lock): string {
  return `${JSON.stringify(lock, null, 2)}\n`;
}

/** By code units: the same on every machine. */
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
