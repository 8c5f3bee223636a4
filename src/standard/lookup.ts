import type { Attributes, InstrumentDeclaration } from '../declare/index.js';
import { MeterbookError, show } from '../errors.js';
import { agentInstruments } from './instruments.js';
import type { AgentInstrumentName } from './types.js';

/** A live instrument as our own code records in it: the types are checked at the public surface. */
export interface Instrument {
  readonly declaration: InstrumentDeclaration;
  record(value: number, attributes?: Attributes): void;
  add(value: number, attributes?: Attributes): void;
  bind(attributes?: Attributes): BoundInstrument;
  addCallback(callback: LevelCallback): void;
  removeCallback(callback: LevelCallback): void;
}

/** Reads levels at each collection, for the observable instruments. */
export type LevelCallback = (result: {
  observe(value: number, attributes?: Attributes): void;
}) => void;

/** One series of it. */
export interface BoundInstrument {
  record(value: number): void;
  add(value: number): void;
}

/** Some of the standard instruments of one registry. */
export type Instruments<K extends AgentInstrumentName = AgentInstrumentName> = Readonly<
  Record<K, Instrument>
>;

/**
 * Standard instruments of a registry, looked up and checked. Throws `INVALID_REGISTRY` where one is
 * missing, or has another kind or unit than our code records in. Cold.
 *
 * @param caller what the user called, for the message: `agentHelpers()`
 */
export function instrumentsOf<K extends AgentInstrumentName>(
  registry: unknown,
  names: readonly K[],
  caller: string,
): Instruments<K> {
  const found = (registry ?? {}) as Readonly<Record<string, Instrument | undefined>>;
  for (const name of names) {
    const { kind, unit } = agentInstruments[name];
    const has = found[name]?.declaration;
    if (has?.kind === kind && has.unit === unit) continue;
    throw new MeterbookError('INVALID_REGISTRY', {
      instrument: name,
      cause: `${caller} needs ${/^[aeiou]/.test(kind) ? 'an' : 'a'} ${kind} in "${unit}" under this name, and the registry has ${has === undefined ? 'none' : `a ${show(has.kind)} in ${show(has.unit)}`}.`,
      fix: 'Spread agentInstruments into the instruments of the registry, and keep kind and unit of those you change.',
    });
  }
  return found as Instruments<K>;
}
