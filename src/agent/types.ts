/**
 * The type-level part of the helpers, in one place. Generic names are fixed throughout: `R` a
 * registry, `K` the property name of an instrument, `A` attributes.
 */
import type { AttributesArgument } from '../core/index.js';
import type { AttributeDeclarations, AttributesOf } from '../declare/index.js';
import type { AgentInstrumentName, RegistryWith } from '../standard/index.js';

/** A registry that has every standard instrument, in its kind and unit. */
export type AgentRegistry<R> = RegistryWith<R, AgentInstrumentName>;

/**
 * The attributes that a registry declares for one of its instruments.
 *
 * `DeclaredIn<typeof agentMetrics, 'agentTimeouts'>` is
 * `{ 'agent.dependency': AttributeDeclaration<'request' | 'provider' | 'cache', false, false> }`.
 */
type DeclaredIn<R, K extends AgentInstrumentName> =
  R extends Readonly<
    Record<
      K,
      { readonly declaration: { readonly attributes: infer A extends AttributeDeclarations } }
    >
  >
    ? A
    : never;

/**
 * The attributes parameter of a helper for one instrument; it may be left out where nothing in it
 * is required: `[attributes: { readonly 'agent.dependency': 'request' | … }]`.
 */
export type AttributesFor<R, K extends AgentInstrumentName> = AttributesArgument<DeclaredIn<R, K>>;

/**
 * The attributes parameter of a helper that records several instruments: what any of them takes.
 *
 * `AttributesForAll<R, 'a' | 'b'>` where `a` takes `{ x: string }` and `b` takes `{ y?: string }` is
 * `[attributes: { x: string } & { y?: string }]`.
 */
export type AttributesForAll<R, K extends AgentInstrumentName> = Argument<
  Intersected<{ [Key in K]: [AttributesOf<DeclaredIn<R, Key>>] }[K]>
>;

/** The attributes parameter without some of its keys, which the helper itself fills in. */
export type AttributesWithout<R, K extends AgentInstrumentName, Key extends string> = Argument<
  Omit<AttributesOf<DeclaredIn<R, K>>, Key>
>;

/** `[A] | [B]` becomes `A & B`. */
type Intersected<T> = (T extends [infer A] ? (take: A) => void : never) extends (
  take: infer All,
) => void
  ? All
  : never;

type Argument<T> = Record<never, never> extends T ? [attributes?: T] : [attributes: T];
