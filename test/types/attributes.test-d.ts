import { describe, expectTypeOf, it } from 'vitest';
import { type AttributeDeclaration, type AttributesOf, attr } from '../../src/index.js';

describe('attribute declarations', () => {
  it('carry the type of their values, and whether they must be passed', () => {
    expectTypeOf(attr.string()).toEqualTypeOf<AttributeDeclaration<string, false, false>>();
    expectTypeOf(attr.int()).toEqualTypeOf<AttributeDeclaration<number, false, false>>();
    expectTypeOf(attr.boolean()).toEqualTypeOf<AttributeDeclaration<boolean, false, false>>();
    expectTypeOf(attr.oneOf('a', 'b')).toEqualTypeOf<
      AttributeDeclaration<'a' | 'b', false, false>
    >();
    expectTypeOf(attr.string().optional()).toEqualTypeOf<
      AttributeDeclaration<string, true, false>
    >();
    expectTypeOf(attr.int().fromContext()).toEqualTypeOf<
      AttributeDeclaration<number, false, true>
    >();
    expectTypeOf(attr.oneOf('a').optional().fromContext()).toEqualTypeOf<
      AttributeDeclaration<'a', true, true>
    >();
  });

  it('make the type of what a record call passes', () => {
    const declared = {
      model: attr.string({ maxValues: 5 }),
      kind: attr.oneOf('chat', 'embeddings'),
      code: attr.int().optional(),
      flag: attr.boolean().fromContext(),
      both: attr.string().fromContext().optional(),
    };
    expectTypeOf<AttributesOf<typeof declared>>().toEqualTypeOf<{
      readonly model: string;
      readonly kind: 'chat' | 'embeddings';
      readonly code?: number | undefined;
      readonly flag?: boolean | undefined;
      readonly both?: string | undefined;
    }>();
    expectTypeOf<AttributesOf<Record<never, never>>>().toEqualTypeOf<Record<never, never>>();
  });

  it('take values from closed sets only, and whole options only', () => {
    // @ts-expect-error: there is no value.
    attr.oneOf();
    // @ts-expect-error: values are strings.
    attr.oneOf(1, 2);
    // @ts-expect-error: a closed set needs no bound.
    attr.oneOf('a', { maxValues: 2 });
    // @ts-expect-error: there are two values of it.
    attr.boolean({ maxValues: 2 });
    // @ts-expect-error: a bound is a number.
    attr.string({ maxValues: '5' });
    // @ts-expect-error: there is no such option.
    attr.string({ maxLength: 5 });
  });
});
