/**
 * Which registries have which standard instruments, told by the compiler. Generic names are fixed:
 * `R` a registry, `K` the property names of the instruments asked for.
 */
import type { InstrumentDeclaration, MisuseError } from '../declare/index.js';
import type { agentInstruments } from './instruments.js';

/** The standard instruments by property name. */
export type AgentInstruments = typeof agentInstruments;

/** The property name of a standard instrument. */
export type AgentInstrumentName = keyof AgentInstruments;

/**
 * A registry that has the standard instruments `K`, in their kind and unit. For one that has, this
 * is the registry's own type; for one that has not, a sentence that it cannot be assigned to.
 *
 * `RegistryWith<R, 'agentTimeouts'>` for a registry without it is
 * `MisuseError<'The registry has no instrument "agentTimeouts": spread agentInstruments into it.'>`.
 */
export type RegistryWith<R, K extends AgentInstrumentName> = [Exclude<K, keyof R>] extends [never]
  ? [Differing<R, K>] extends [never]
    ? R
    : MisuseError<`The instrument "${Differing<R, K>}" has to keep its kind and unit.`>
  : MisuseError<`The registry has no instrument "${Exclude<K, keyof R>}": spread agentInstruments into it.`>;

type Differing<R, K extends AgentInstrumentName> = {
  [Name in K]: R extends Readonly<Record<Name, { readonly declaration: infer D }>>
    ? D extends InstrumentDeclaration<
        AgentInstruments[Name]['kind'],
        AgentInstruments[Name]['unit']
      >
      ? never
      : Name
    : Name;
}[K];
