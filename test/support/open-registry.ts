import type { RuntimeOptions } from '../../src/core/index.js';
import { declareRegistry, type InstrumentDeclarations } from '../../src/declare/index.js';
import { coreOf, makeRegistry, type Registry } from '../../src/otel/index.js';
import { FakeClock } from './fake-clock.js';

/** A registry with a clock of its own, and what it has warned of. */
export interface Opened<I extends InstrumentDeclarations> {
  readonly metrics: Registry<I>;
  readonly clock: FakeClock;
  readonly warnings: string[];
}

/** Makes a live registry on a fake clock. */
export function openRegistry<const I extends InstrumentDeclarations>(
  instruments: I,
  options: Omit<RuntimeOptions, 'clock'> = {},
): Opened<I> {
  const clock = new FakeClock();
  const declaration = declareRegistry({ scope: { name: 'test', version: '1' }, instruments });
  const metrics = makeRegistry(declaration, { ...options, clock });
  const warnings: string[] = [];
  coreOf(metrics).runtime.onWarning((message) => warnings.push(message));
  return { metrics, clock, warnings };
}
