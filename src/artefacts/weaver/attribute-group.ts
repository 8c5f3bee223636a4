import type { Manifest, ManifestAttribute } from '../../declare/index.js';

/** One attribute as its instruments declare it, and which these are. */
interface Use {
  readonly instrument: string;
  readonly attribute: ManifestAttribute;
}

/** Most instruments that the text about an attribute names. */
const NAMED = 5;

/** Every attribute of the registries, defined once: the group that metrics refer to. */
export function attributeGroup(manifests: readonly Manifest[]): Readonly<Record<string, unknown>> {
  const uses = new Map<string, Use[]>();
  for (const { instruments } of manifests) {
    for (const { name, attributes } of instruments) {
      for (const attribute of attributes) {
        const known = uses.get(attribute.key) ?? [];
        uses.set(attribute.key, [...known, { instrument: name, attribute }]);
      }
    }
  }
  return {
    id: 'registry.meterbook',
    type: 'attribute_group',
    brief: 'Attributes of the metrics of this registry.',
    attributes: [...uses].map(([key, of]) => definition(key, of)),
  };
}

function definition(key: string, uses: readonly Use[]): Readonly<Record<string, unknown>> {
  const names = [...new Set(uses.map(({ instrument }) => instrument))];
  const more = names.length > NAMED ? ` and ${names.length - NAMED} more` : '';
  const type = typeOf(uses.map(({ attribute }) => attribute));
  const values = [...new Set(uses.flatMap(({ attribute }) => attribute.values ?? []))];
  return {
    id: key,
    type,
    stability: 'development',
    brief: `Attribute of ${names.slice(0, NAMED).join(', ')}${more}.`,
    // Weaver asks for examples of strings; of an open set what is past its bound is certain.
    ...(type === 'string' && { examples: values.length > 0 ? values : ['_OTHER'] }),
  };
}

/** One type that holds what every instrument declares: closed sets are joined. */
function typeOf(attributes: readonly ManifestAttribute[]): unknown {
  const types = new Set(attributes.map(({ type }) => type));
  if (types.size > 1) return 'string';
  const [type] = types;
  if (type !== 'oneOf') return type;
  const values = [...new Set(attributes.flatMap((it) => it.values ?? []))];
  const ids = new Set<string>();
  return {
    members: values.map((value) => ({
      id: memberId(value, ids),
      value,
      stability: 'development',
    })),
  };
}

/** A word for a value, of its letters and digits; no two of a set are the same. */
function memberId(value: string, taken: Set<string>): string {
  const word =
    value
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '_')
      .replace(/^_+|_+$/g, '') || 'value';
  let id = /^\d/.test(word) ? `v_${word}` : word;
  for (let n = 2; taken.has(id); n++) id = `${word}_${n}`;
  taken.add(id);
  return id;
}
