import { describe, expectTypeOf, it } from 'vitest';
import { type AttributesOf, attr } from '../../src/index.js';

const method = attr.oneOf('GET', 'POST', '_OTHER');
type Method = AttributesOf<{ readonly method: typeof method }>['method'];

describe('a closed set with _OTHER in it', () => {
  it('takes any string, since unknown ones are recorded as _OTHER', () => {
    expectTypeOf<string>().toExtend<Method>();
    expectTypeOf<'GET'>().toExtend<Method>();
    expectTypeOf<number>().not.toExtend<Method>();
    expectTypeOf<undefined>().not.toExtend<Method>();
  });

  it('is not what a closed set without it is', () => {
    const scheme = attr.oneOf('http', 'https');
    type Scheme = AttributesOf<{ readonly scheme: typeof scheme }>['scheme'];
    expectTypeOf<Scheme>().toEqualTypeOf<'http' | 'https'>();
  });
});
