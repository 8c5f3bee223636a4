import { describe, expect, it } from 'vitest';
import { compile, messagesOf } from '../support/compile.js';
import { generateRegistry } from '../support/generated-registry.js';

/**
 * What the types cost: instantiations for a registry of this many instruments, four attributes each,
 * and one record call for each. The numbers are exact for one version of the compiler, so a budget is
 * a fifth above what was measured (3,908, 24,194 and 114,354): it grows by the instrument, about 25
 * for its declaration and 205 for the first call of it. More than that wants a look at the types, not
 * a larger budget.
 */
const BUDGETS: Readonly<Record<number, number>> = { 10: 4_700, 100: 29_000, 500: 137_000 };

describe('type instantiations', () => {
  it.each(Object.entries(BUDGETS))(
    'of a registry of %s instruments stay within %s',
    { timeout: 60_000 },
    (size, budget) => {
      const name = `generated-${size}.ts`;
      const program = compile({ [name]: generateRegistry(Number(size)) });
      expect(messagesOf(program, name)).toEqual([]);
      expect(program.getInstantiationCount()).toBeLessThanOrEqual(budget);
    },
  );
});
