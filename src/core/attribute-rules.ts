import {
  type AttributeDeclaration,
  type AttributeValue,
  type InstrumentDeclaration,
  MAX_VALUE_LENGTH,
  OTHER,
} from '../declare/index.js';
import { show } from '../errors.js';
import type { Refusals } from './runtime.js';

/** A checked value; `undefined` is an optional attribute that is absent. */
export type CheckedValue = AttributeValue | undefined;

/** One declared attribute at run time. */
interface Rule {
  readonly key: string;
  readonly declaration: AttributeDeclaration;
  readonly closedSet: ReadonlySet<unknown>;
  /** How many series hold each value; only where `maxValues` bounds them. */
  readonly uses: Map<AttributeValue, number>;
  isSaturated: boolean;
}

/** What the values of an instrument's attributes may be, and how many of them. Cold. */
export class AttributeRules {
  private readonly rules: readonly Rule[];
  private readonly keys: ReadonlySet<string>;

  constructor(
    declaration: InstrumentDeclaration,
    private readonly refusals: Refusals,
  ) {
    this.rules = Object.entries(declaration.attributes).map(([key, attribute]) => ({
      key,
      declaration: attribute,
      closedSet: new Set(attribute.values),
      uses: new Map(),
      isSaturated: false,
    }));
    this.keys = new Set(this.rules.map(({ key }) => key));
  }

  isDeclared(key: string): boolean {
    return this.keys.has(key);
  }

  /** The value as it is recorded; `null` when the measurement has been dropped for it. */
  check(i: number, value: unknown): CheckedValue | null {
    const { key, declaration, closedSet } = this.rules[i] as Rule;
    const { type, isOptional } = declaration;
    if (value === undefined || value === null) {
      if (isOptional) return undefined;
      this.refusals.drop('missing_attribute', `the required attribute "${key}" is missing.`);
      return null;
    }
    if (type === 'string' && typeof value === 'string') return textOf(value);
    if (type === 'int' && Number.isSafeInteger(value)) return value as number;
    if (type === 'boolean' && typeof value === 'boolean') return value;
    if (type === 'oneOf') {
      if (closedSet.has(value)) return value as string;
      if (typeof value === 'string' && closedSet.has(OTHER)) return OTHER;
    }
    const allowed = type === 'oneOf' ? `one of ${[...closedSet].join(', ')}` : `of type ${type}`;
    this.refusals.drop(
      'invalid_attribute',
      `the attribute "${key}" is ${show(value)}, which is not ${allowed}.`,
    );
    return null;
  }

  /** The value, or `_OTHER` where the attribute has no place for a further one. */
  bound(i: number, value: CheckedValue): CheckedValue {
    const rule = this.rules[i] as Rule;
    const { maxValues } = rule.declaration;
    if (maxValues === undefined || value === undefined || value === OTHER) return value;
    if (rule.uses.has(value) || rule.uses.size < maxValues) return value;
    rule.isSaturated = true;
    return OTHER;
  }

  /** Notes that a series holds the value. */
  keep(i: number, value: CheckedValue): void {
    const { declaration, uses } = this.rules[i] as Rule;
    if (declaration.maxValues === undefined || value === undefined || value === OTHER) return;
    uses.set(value, (uses.get(value) ?? 0) + 1);
  }

  /** Notes that a series with the value is gone. */
  release(i: number, value: CheckedValue): void {
    const { uses } = this.rules[i] as Rule;
    const count = value === undefined ? undefined : uses.get(value);
    if (value === undefined || count === undefined) return;
    if (count > 1) uses.set(value, count - 1);
    else uses.delete(value);
  }

  /** Whether a value of this attribute has become `_OTHER` for want of a place. */
  isSaturated(i: number): boolean {
    return (this.rules[i] as Rule).isSaturated;
  }
}

/**
 * The longest beginning that is kept, with U+FFFD in the place of half surrogate pairs: encoders put
 * that there anyway, and series that differ in nothing else would become one only on their way out.
 */
function textOf(value: string): string {
  const last = value.charCodeAt(MAX_VALUE_LENGTH - 1);
  const isHalf = last >= 0xd800 && last <= 0xdbff && value.length > MAX_VALUE_LENGTH;
  const kept = value.slice(0, isHalf ? MAX_VALUE_LENGTH - 1 : MAX_VALUE_LENGTH);
  return kept.replace(/\p{Surrogate}/gu, '\uFFFD');
}
