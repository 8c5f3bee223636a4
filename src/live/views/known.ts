import { type Plan, plansFor } from '../../artefacts/index.js';
import type { Manifest } from '../../declare/index.js';
import type { Instrument, Store } from '../store/index.js';
import { manifestsOf } from './manifest.js';

/** What the instruments of a store are, and what there is to ask of them. */
export interface Known {
  readonly manifests: readonly Manifest[];
  readonly plans: readonly Plan[];
}

/** The last of each store, and what it was made from. Goes with the store. */
const lasts = new WeakMap<
  Store,
  { readonly declared: readonly Manifest[]; readonly outline: string; readonly known: Known }
>();

/**
 * What is known of a store with these declared registries. Each answer needs it, once a second for each reader, and
 * it is another one only when an instrument, an attribute or a bucket is new or gone: it is made anew then alone.
 */
export function knownOf(store: Store, declared: readonly Manifest[]): Known {
  const last = lasts.get(store);
  const outline = outlineOf(store.instruments);
  if (last?.declared === declared && last.outline === outline) return last.known;
  const manifests = manifestsOf(store, declared);
  const known = { manifests, plans: plansFor(manifests) };
  lasts.set(store, { declared, outline, known });
  return known;
}

/** Everything that manifests and plans are made from. */
function outlineOf(instruments: readonly Instrument[]): string {
  return JSON.stringify(
    instruments.map(({ name, type, unit, description, values, bounds }) => [
      ...[name, type, unit, description],
      [...values.keys()],
      bounds,
    ]),
  );
}
