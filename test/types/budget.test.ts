import { describe, expect, it } from 'vitest';
import { compile, messagesOf } from '../support/compile.js';
import { generateRegistry } from '../support/generated-registry.js';

/**
 * What the types cost: instantiations for a registry of this many instruments, four attributes each,
 * and one record call for each. The numbers are exact for one version of the compiler, so a budget is
 * a fifth above what was measured: it grows by the instrument, about 25 for its declaration and 205
 * for the first call of it. More than that wants a look at the types, not a larger budget.
 */
const BUDGETS: Readonly<Record<number, { readonly measured: number; readonly budget: number }>> = {
  10: { measured: 3_908, budget: 4_700 },
  100: { measured: 22_655, budget: 27_200 },
  500: { measured: 112_815, budget: 135_000 },
};

describe('type instantiations', { timeout: 60_000 }, () => {
  const nameOf = (size: string) => `generated-${size}.ts`;
  const program = compile(
    Object.fromEntries(
      Object.keys(BUDGETS).map((size) => [nameOf(size), generateRegistry(Number(size))]),
    ),
  );

  it.each(Object.entries(BUDGETS))('of a registry of %s instruments: %j', (size, { budget }) => {
    const before = program.getInstantiationCount();
    expect(messagesOf(program, nameOf(size))).toEqual([]);
    expect(program.getInstantiationCount() - before).toBeLessThanOrEqual(budget);
  });
});
