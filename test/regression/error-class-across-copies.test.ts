import { expect, it, vi } from 'vitest';
import { MeterbookError } from '../../src/errors.js';

it('knows the errors of another copy of the package as its own', async () => {
  vi.resetModules();
  const other = await import('../../src/errors.js');
  expect(other.MeterbookError).not.toBe(MeterbookError);
  expect(new other.MeterbookError('INVALID_UNIT', { cause: 'x.' })).toBeInstanceOf(MeterbookError);
  expect(new Error('x')).not.toBeInstanceOf(MeterbookError);
  for (const value of [undefined, null, 1, {}]) expect(value).not.toBeInstanceOf(MeterbookError);
});
