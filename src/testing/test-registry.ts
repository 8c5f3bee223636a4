import type { CoreRegistry, Instrument, RegistryReader } from '../core/index.js';
import { type AnyRegistry, coreOf, makeRegistry } from '../otel/index.js';
import type { FakeClock } from './fake-clock.js';
import { InstrumentReader, type ReadableInstrument } from './readable.js';

/** The property names of a registry's instruments. */
type InstrumentKeys<R> = { [K in keyof R]: R[K] extends Instrument ? K : never }[keyof R];

/** A registry with readable instruments. */
export type TestRegistry<R extends AnyRegistry> = {
  readonly [K in InstrumentKeys<R>]: ReadableInstrument<R[K]>;
} & AnyRegistry;

/** How a test registry is made. */
export interface TestRegistryOptions {
  /** Default: the clocks of the machine. */
  readonly clock?: FakeClock;
  /** Default true: a measurement that production would drop throws. */
  readonly strict?: boolean;
  /** Random numbers from 0 up to 1 for sampled instruments. Default `Math.random`. */
  readonly random?: () => number;
}

/**
 * A registry of its own with the same instruments, for the tests of code that is given its metrics:
 * nothing recorded elsewhere is in it, and nothing recorded in it is exported. Strict unless asked
 * otherwise.
 */
export function testRegistry<R extends AnyRegistry>(
  registry: R,
  options: TestRegistryOptions = {},
): TestRegistry<R> {
  const { declaration } = coreOf(registry);
  const { clock, random, strict = true } = options ?? {};
  const copy = makeRegistry(declaration, { clock, random, strict });
  return readable(copy, coreOf(copy).attach('cumulative')) as TestRegistry<R>;
}

/** A registry under watch. */
export type WatchedRegistry<R extends AnyRegistry> = TestRegistry<R> & {
  /** Ends the watch: strictness is as it was, and the memory is freed. */
  stopWatching(): void;
};

/**
 * Watches the real registry, for the tests of code that imports its metrics: what is recorded from
 * now on can be read back, and in strict mode (the default) what production would drop throws. End
 * it with `stopWatching()`.
 */
export function watchRegistry<R extends AnyRegistry>(
  registry: R,
  options: Pick<TestRegistryOptions, 'strict'> = {},
): WatchedRegistry<R> {
  const core: CoreRegistry = coreOf(registry);
  const wasStrict = core.runtime.strict;
  core.runtime.strict = options?.strict ?? true;
  const reader = core.attach('cumulative', true);
  const stopWatching = (): void => {
    core.runtime.strict = wasStrict;
    reader.detach();
  };
  return Object.defineProperty(readable(registry, reader), 'stopWatching', {
    value: stopWatching,
  }) as WatchedRegistry<R>;
}

/** The same registry, with the reading methods on each instrument. */
function readable(registry: AnyRegistry, reader: RegistryReader): AnyRegistry {
  const instruments = Object.entries(coreOf(registry).instruments).map(([property, instrument]) => {
    const reading = bound(new InstrumentReader(reader, instrument.declaration.name));
    const value = Object.assign(Object.create(instrument) as object, reading);
    return [property, { value, enumerable: true }];
  });
  return Object.create(registry, Object.fromEntries(instruments)) as AnyRegistry;
}

function bound(reader: InstrumentReader): Pick<InstrumentReader, 'read' | 'readAll' | 'total'> {
  return {
    read: (attributes) => reader.read(attributes),
    readAll: () => reader.readAll(),
    total: (attributes) => reader.total(attributes),
  };
}
