import { endOfFormerName, type Manifest, type ManifestInstrument } from '../../declare/index.js';
import { checkManifests } from '../check-arguments.js';
import { type Change, change, type FieldChange } from './change.js';
import { attributeChanges } from './diff-attributes.js';
import { instrumentChanges } from './diff-instrument.js';
import { sloChanges } from './diff-slos.js';

/** What the comparison is made with. */
export interface DiffOptions {
  /**
   * Wall-clock time, ms since the Unix epoch: a former name counts as long as it is exported. Left
   * out, every former name counts.
   */
  readonly nowMillis?: number | undefined;
}

interface Placed {
  readonly scope: string;
  readonly instrument: ManifestInstrument;
}

/**
 * Every difference of two states of the registries, field by field, each classed as breaking (what
 * reads the metrics stops working, or works on something else) or compatible. An instrument is the
 * same where scope and name are, without regard to case.
 */
export function diffManifests(
  before: readonly Manifest[],
  after: readonly Manifest[],
  options: DiffOptions = {},
): readonly Change[] {
  for (const manifests of [before, after]) checkManifests(manifests, 'diffManifests()');
  const { nowMillis = Number.NEGATIVE_INFINITY } = options ?? {};
  const old = placed(before);
  const now = placed(after);
  const changes: Change[] = [];
  const say = ({ scope, instrument }: Placed, found: readonly FieldChange[]) => {
    for (const it of found) changes.push({ scope, subject: instrument.name, ...it });
  };
  const matched = new Set<string>();
  for (const [key, was] of old) {
    const is = now.get(key) ?? successorOf(was, now, old);
    if (is === undefined) {
      say(was, [change('breaking', 'instrument', was.instrument.name, undefined, REMOVED)]);
      continue;
    }
    matched.add(keyOf(is));
    say(is, moves(was, is, nowMillis));
    say(is, instrumentChanges(was.instrument, is.instrument, nowMillis));
    say(is, attributeChanges(was.instrument.attributes, is.instrument.attributes));
  }
  for (const [key, is] of now) {
    if (matched.has(key)) continue;
    say(is, [change('compatible', 'instrument', undefined, is.instrument.name, 'It is new.')]);
  }
  changes.push(...scopeChanges(before, after), ...sloChanges(before, after));
  return changes;
}

const REMOVED =
  'What reads it finds nothing. Keep it until nobody does, or declare what took its place with renamedFrom.';

function placed(manifests: readonly Manifest[]): ReadonlyMap<string, Placed> {
  const all = manifests.flatMap(({ scope, instruments }) =>
    instruments.map((instrument) => ({ scope: scope.name, instrument })),
  );
  return new Map(all.map((it) => [keyOf(it), it]));
}

function keyOf({ scope, instrument }: Placed): string {
  return JSON.stringify([scope, instrument.name.toLowerCase()]);
}

/**
 * What an instrument that is gone has become: one that says so, one of the same property of the same
 * scope and kind, or one of its name in another scope. None that was there before.
 */
function successorOf(
  { scope, instrument }: Placed,
  now: ReadonlyMap<string, Placed>,
  old: ReadonlyMap<string, Placed>,
): Placed | undefined {
  const name = instrument.name.toLowerCase();
  const isNew = (it: Placed) => !old.has(keyOf(it));
  const all = [...now.values()].filter(isNew);
  return (
    all.find((it) => it.instrument.renamedFrom?.name.toLowerCase() === name) ??
    all.find((it) => it.instrument.name.toLowerCase() === name) ??
    all.find(
      (it) =>
        it.scope === scope &&
        it.instrument.property === instrument.property &&
        it.instrument.kind === instrument.kind &&
        it.instrument.renamedFrom === undefined,
    )
  );
}

function moves(was: Placed, is: Placed, nowMillis: number): readonly FieldChange[] {
  const found: FieldChange[] = [];
  if (was.scope !== is.scope) {
    const note = 'The scope is a part of what a series is; queries by scope find nothing.';
    found.push(change('breaking', 'scope', was.scope, is.scope, note));
  }
  const [before, after] = [was.instrument.name, is.instrument.name];
  if (before === after) return found;
  const { renamedFrom } = is.instrument;
  const isDeclared = renamedFrom?.name.toLowerCase() === before.toLowerCase();
  const isLasting = isDeclared && nowMillis < endOfFormerName(renamedFrom);
  const note = isLasting
    ? `Both names are exported until ${renamedFrom.until}.`
    : isDeclared
      ? `The former name has ended on ${renamedFrom.until}.`
      : `Declare renamedFrom: { name: "${before}", until: "<date>" }, which exports both names until then.`;
  found.push(change(isLasting ? 'compatible' : 'breaking', 'name', before, after, note));
  return found;
}

function scopeChanges(before: readonly Manifest[], after: readonly Manifest[]): readonly Change[] {
  const found: Change[] = [];
  const seen = new Set<string>();
  for (const { scope } of after) {
    const was = before.find((it) => it.scope.name === scope.name)?.scope;
    if (was === undefined || seen.has(scope.name)) continue;
    seen.add(scope.name);
    for (const field of ['version', 'schemaUrl'] as const) {
      if (was[field] === scope[field]) continue;
      const one = change(
        'compatible',
        `scope.${field}`,
        was[field],
        scope[field],
        'It tells which release.',
      );
      found.push({ scope: scope.name, subject: '', ...one });
    }
  }
  return found;
}
