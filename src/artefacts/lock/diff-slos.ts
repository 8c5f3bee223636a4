import type { Manifest } from '../../declare/index.js';
import { type Change, change, type FieldChange } from './change.js';

type Slo = Manifest['slos'][number];

/** The differences of the objectives: rules are generated from them, and dashboards name them. */
export function sloChanges(
  before: readonly Manifest[],
  after: readonly Manifest[],
): readonly Change[] {
  const old = byName(before);
  const now = byName(after);
  const found: Change[] = [];
  const say = (scope: string, name: string, one: FieldChange) =>
    found.push({ scope, subject: `slo ${name}`, ...one });
  for (const [key, { scope, slo }] of old) {
    const is = now.get(key)?.slo;
    if (is === undefined) {
      const note = 'The series and alerts of its rules end.';
      say(scope, slo.name, change('breaking', 'slo', slo.name, undefined, note));
      continue;
    }
    for (const field of [
      'instrument',
      'objective',
      'threshold',
      'window',
      'description',
    ] as const) {
      if (slo[field] === is[field]) continue;
      const note = 'Generate the rules again; what was promised before is judged by the new ones.';
      say(scope, slo.name, change('compatible', field, slo[field], is[field], note));
    }
  }
  for (const [key, { scope, slo }] of now) {
    if (!old.has(key))
      say(scope, slo.name, change('compatible', 'slo', undefined, slo.name, 'It is new.'));
  }
  return found;
}

function byName(
  manifests: readonly Manifest[],
): ReadonlyMap<string, { readonly scope: string; readonly slo: Slo }> {
  const all = manifests.flatMap(({ scope, slos }) =>
    slos.map(
      (slo) => [JSON.stringify([scope.name, slo.name]), { scope: scope.name, slo }] as const,
    ),
  );
  return new Map(all);
}
