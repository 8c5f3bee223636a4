/**
 * The type-level part of a declaration, in one place. Generic names are fixed throughout:
 * `I` instruments, `A` attributes, `S` SLOs, `D` one declaration, `K` a key.
 */
import type { AttributeDeclaration, AttributeDeclarations } from './attributes.js';
import type { ExplicitBuckets } from './buckets.js';
import type { InstrumentDeclaration, InstrumentDeclarations } from './instruments.js';
import type { SloDeclaration, SloDeclarations } from './slo.js';

/** A type that nothing has, whose name is the sentence the compiler prints. */
export interface MisuseError<Sentence extends string> {
  readonly __misuse: Sentence;
}

/**
 * The value type of one attribute: `attr.oneOf('a', 'b')` is `'a' | 'b'`. A set with `'_OTHER'` in it
 * takes any string, since unknown ones are recorded as that; the intersection keeps the editor's
 * completion of the known ones: `attr.oneOf('GET', '_OTHER')` is `'GET' | '_OTHER' | string & {…}`.
 */
type ValueOf<D> =
  D extends AttributeDeclaration<infer Value, boolean, boolean>
    ? string extends Value
      ? Value
      : '_OTHER' extends Value
        ? Value | (string & Record<never, never>)
        : Value
    : never;

/** Keys that a record call must pass: neither optional nor taken from the context. */
export type RequiredKeys<A> = {
  [K in keyof A]: A[K] extends { readonly isOptional: false; readonly isFromContext: false }
    ? K
    : never;
}[keyof A];

/**
 * What a record call passes as attributes.
 *
 * `{ model: attr.string(), kind: attr.oneOf('a', 'b').optional() }`
 * becomes `{ readonly model: string; readonly kind?: 'a' | 'b' | undefined }`.
 */
export type AttributesOf<A extends AttributeDeclarations> = {
  readonly [K in RequiredKeys<A>]: ValueOf<A[K]>;
} & {
  readonly [K in Exclude<keyof A, RequiredKeys<A>>]?: ValueOf<A[K]> | undefined;
} extends infer Both
  ? // One plain object, so that the compiler's messages show it and not how it was made.
    { [K in keyof Both]: Both[K] }
  : never;

/** Whether numbers are known one by one: `[1, 2]` yes, `number[]` no. */
type AreLiteral<Boundaries extends readonly number[]> = number extends Boundaries[number]
  ? false
  : true;

/**
 * Checks each SLO against the registry's instruments. A right one stays as it is; a wrong one
 * becomes a {@link MisuseError} that it cannot be assigned to, so that the compiler's message ends
 * in a sentence.
 *
 * `{ fast: slo({ instrument: 'latency', threshold: 3, … }) }` with boundaries `[1, 2]` becomes
 * `{ fast: MisuseError<'The threshold 3 is no bucket boundary of "latency".'> }`.
 */
export type CheckedSlos<S extends SloDeclarations, I extends InstrumentDeclarations> = {
  readonly [K in keyof S]: CheckedSlo<S[K], I>;
};

type CheckedSlo<
  D extends SloDeclaration,
  I extends InstrumentDeclarations,
> = D['instrument'] extends keyof I
  ? I[D['instrument']] extends InstrumentDeclaration<
      'histogram',
      string,
      AttributeDeclarations,
      infer B
    >
    ? B extends ExplicitBuckets<infer Boundaries>
      ? AreLiteral<Boundaries> extends true
        ? D['threshold'] extends Boundaries[number]
          ? D
          : MisuseError<`The threshold ${D['threshold']} is no bucket boundary of "${D['instrument']}".`>
        : D
      : D
    : MisuseError<`The SLO is on "${D['instrument']}", which is no histogram.`>
  : MisuseError<`The SLO names the instrument "${D['instrument']}", which the registry does not declare.`>;
