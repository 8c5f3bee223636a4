import { MeterbookError, show } from '../errors.js';

/** A value that an attribute can carry. */
export type AttributeValue = string | number | boolean;

/** Attributes as they are passed around and exported: key to value. */
export type Attributes = Readonly<Record<string, AttributeValue | undefined>>;

/** The four attribute types. */
export type AttributeType = 'string' | 'oneOf' | 'int' | 'boolean';

/** Carries the compile-time value type of a declaration; never present at run time. */
declare const valueType: unique symbol;

/**
 * One declared attribute: its type, its bound, and where its value comes from. Immutable; the
 * modifiers return a new declaration.
 */
export interface AttributeDeclaration<
  Value extends AttributeValue = AttributeValue,
  Optional extends boolean = boolean,
  FromContext extends boolean = boolean,
> {
  readonly type: AttributeType;
  /** The closed set of a `oneOf` attribute; empty for the other types. */
  readonly values: readonly string[];
  /** How many distinct values are kept apart before further ones are recorded as `_OTHER`. */
  readonly maxValues: number | undefined;
  readonly isOptional: Optional;
  readonly isFromContext: FromContext;
  readonly [valueType]?: Value;
  /** The attribute may be left out; a series without it is a series of its own. */
  optional(): AttributeDeclaration<Value, true, FromContext>;
  /**
   * The value is taken from the request context (`withAttributes`) where the record call does not
   * pass it. A required one that is in neither place drops the measurement as `missing_attribute`.
   */
  fromContext(): AttributeDeclaration<Value, Optional, true>;
}

/** Attribute key to declaration, in the order in which a series is looked up. */
export type AttributeDeclarations = Readonly<Record<string, AttributeDeclaration>>;

/** Options of an open value set. */
export interface OpenSetOptions {
  /**
   * Upper bound of distinct values, for the life of the process; a value past it is recorded as
   * `_OTHER`, so that totals and the other attributes stay exact. Unbounded when left out: then
   * only the instrument's `maxSeries` guards it.
   */
  readonly maxValues?: number;
}

/** What a value past `maxValues` is recorded as (the semantic conventions' word for "other"). */
export const OTHER = '_OTHER';

/** Longest attribute value kept, in UTF-16 code units; the rest is cut off. */
export const MAX_VALUE_LENGTH = 256;

class Declaration implements AttributeDeclaration {
  constructor(
    readonly type: AttributeType,
    readonly values: readonly string[],
    readonly maxValues: number | undefined,
    readonly isOptional: boolean,
    readonly isFromContext: boolean,
  ) {
    Object.freeze(this);
  }

  optional(): AttributeDeclaration<AttributeValue, true, boolean> {
    const made = new Declaration(this.type, this.values, this.maxValues, true, this.isFromContext);
    return made as AttributeDeclaration<AttributeValue, true, boolean>;
  }

  fromContext(): AttributeDeclaration<AttributeValue, boolean, true> {
    const made = new Declaration(this.type, this.values, this.maxValues, this.isOptional, true);
    return made as AttributeDeclaration<AttributeValue, boolean, true>;
  }
}

/** Whether a value was made by {@link attr}, by this or another copy of the package. */
export function isAttributeDeclaration(value: unknown): value is AttributeDeclaration {
  const made = value as Partial<AttributeDeclaration> | null | undefined;
  return (
    typeof made?.type === 'string' &&
    Array.isArray(made.values) &&
    typeof made.isOptional === 'boolean'
  );
}

function declared<Value extends AttributeValue>(
  type: AttributeType,
  values: readonly string[],
  options: OpenSetOptions | undefined,
): AttributeDeclaration<Value, false, false> {
  const maxValues = options?.maxValues;
  if (maxValues !== undefined && !(Number.isSafeInteger(maxValues) && maxValues >= 1)) {
    throw new MeterbookError('INVALID_ATTRIBUTE', {
      cause: `maxValues is ${show(maxValues)}, which is no whole number from 1 up.`,
      fix: 'Set maxValues to how many distinct values you want to tell apart, such as 100.',
    });
  }
  return new Declaration(
    type,
    values,
    maxValues,
    false,
    false,
  ) as AttributeDeclaration as AttributeDeclaration<Value, false, false>;
}

/** Builders for attribute declarations. Each throws `INVALID_ATTRIBUTE` on malformed options. */
export const attr = /* @__PURE__ */ Object.freeze({
  /** Free text: an id, a name, a model. Bound it with `maxValues`; cut after 256 characters. */
  string(options?: OpenSetOptions): AttributeDeclaration<string, false, false> {
    return declared('string', [], options);
  },
  /**
   * One of a closed set of strings. A value outside the set drops the measurement
   * (`invalid_attribute`), unless `'_OTHER'` is in the set: then it is recorded as that.
   */
  oneOf<const Values extends readonly [string, ...string[]]>(
    ...values: Values
  ): AttributeDeclaration<Values[number], false, false> {
    const bad = values.find(
      (value) => typeof value !== 'string' || value.length > MAX_VALUE_LENGTH,
    );
    if (values.length === 0 || bad !== undefined || new Set(values).size !== values.length) {
      throw new MeterbookError('INVALID_ATTRIBUTE', {
        cause:
          values.length === 0
            ? 'attr.oneOf() was given no values.'
            : bad !== undefined
              ? `attr.oneOf() was given ${show(bad)}, which is no string of at most ${MAX_VALUE_LENGTH} characters.`
              : 'attr.oneOf() was given the same value twice.',
        fix: 'List each allowed string once: attr.oneOf("chat", "embeddings").',
      });
    }
    return declared('oneOf', Object.freeze([...values]), undefined);
  },
  /** A whole number (a status code), kept apart from the string of the same digits. */
  int(options?: OpenSetOptions): AttributeDeclaration<number, false, false> {
    return declared('int', [], options);
  },
  /** `true` or `false`. */
  boolean(): AttributeDeclaration<boolean, false, false> {
    return declared('boolean', [], undefined);
  },
});
