import type { ManifestAttribute } from '../../declare/index.js';
import { change, type FieldChange } from './change.js';

/** The differences of the attributes of one instrument. Their order makes none. */
export function attributeChanges(
  before: readonly ManifestAttribute[],
  after: readonly ManifestAttribute[],
): readonly FieldChange[] {
  const old = new Map(before.map((it) => [it.key, it]));
  const now = new Map(after.map((it) => [it.key, it]));
  const found: FieldChange[] = [];
  for (const [key, was] of old) {
    const is = now.get(key);
    const field = `attributes.${key}`;
    if (is === undefined) {
      const note =
        'Queries that filter or group by it find nothing. Keep it, and make it optional.';
      found.push(change('breaking', field, was.type, undefined, note));
    } else found.push(...changesOf(field, was, is));
  }
  for (const [key, is] of now) {
    if (old.has(key)) continue;
    const note = is.optional
      ? 'Series split further; sums over them stay the same.'
      : 'A measurement without it is dropped. Make it optional.';
    found.push(
      change(
        is.optional ? 'compatible' : 'breaking',
        `attributes.${key}`,
        undefined,
        is.type,
        note,
      ),
    );
  }
  return found;
}

function changesOf(
  field: string,
  was: ManifestAttribute,
  is: ManifestAttribute,
): readonly FieldChange[] {
  return [
    ...typeChanges(field, was, is),
    ...boundChanges(field, was, is),
    ...presenceChanges(field, was, is),
  ];
}

function typeChanges(
  field: string,
  was: ManifestAttribute,
  is: ManifestAttribute,
): readonly FieldChange[] {
  if (was.type !== is.type) {
    const isWider = was.type === 'oneOf' && is.type === 'string';
    const note = isWider ? 'Every value of before is one still.' : 'Values are of another type.';
    return [change(isWider ? 'compatible' : 'breaking', `${field}.type`, was.type, is.type, note)];
  }
  const [old, now] = [was.values ?? [], is.values ?? []];
  const removed = old.filter((value) => !now.includes(value));
  const added = now.filter((value) => !old.includes(value));
  const found: FieldChange[] = [];
  if (removed.length > 0) {
    const note = 'Measurements with it are dropped, or become _OTHER where that is a value.';
    found.push(change('breaking', `${field}.values`, removed, undefined, note));
  }
  if (added.length > 0) {
    found.push(change('compatible', `${field}.values`, undefined, added, 'More values.'));
  }
  return found;
}

function boundChanges(
  field: string,
  was: ManifestAttribute,
  is: ManifestAttribute,
): readonly FieldChange[] {
  const [before, after] = [was.maxValues, is.maxValues];
  if (before === after || was.type !== is.type) return [];
  const isLower = after !== undefined && after < (before ?? Number.POSITIVE_INFINITY);
  const note = isLower
    ? 'Sooner than before, values become _OTHER.'
    : 'More values are kept apart.';
  return [change(isLower ? 'breaking' : 'compatible', `${field}.maxValues`, before, after, note)];
}

function presenceChanges(
  field: string,
  was: ManifestAttribute,
  is: ManifestAttribute,
): readonly FieldChange[] {
  const found: FieldChange[] = [];
  if (was.optional !== is.optional) {
    const note = is.optional
      ? 'It may be absent; a query by it sees an empty value.'
      : 'A measurement without it is dropped.';
    const effect = is.optional ? 'compatible' : 'breaking';
    found.push(change(effect, `${field}.optional`, was.optional, is.optional, note));
  }
  if (was.fromContext !== is.fromContext) {
    const note = is.fromContext
      ? 'It is taken from the context too.'
      : 'Where only the context has it, it is absent now.';
    const effect = is.fromContext ? 'compatible' : 'breaking';
    found.push(change(effect, `${field}.fromContext`, was.fromContext, is.fromContext, note));
  }
  return found;
}
