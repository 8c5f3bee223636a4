import { describe, expect, it } from 'vitest';
import { isAttributeDeclaration } from '../../src/declare/index.js';
import { MeterbookError } from '../../src/errors.js';
import { attr } from '../../src/index.js';
import { untyped } from '../support/hostile.js';

const plain = (declaration: object) => JSON.parse(JSON.stringify(declaration));

describe('attribute declarations', () => {
  it('say what they are', () => {
    const shared = { values: [], isOptional: false, isFromContext: false };
    expect(plain(attr.string())).toEqual({ ...shared, type: 'string' });
    expect(plain(attr.string({ maxValues: 3 }))).toEqual({
      ...shared,
      type: 'string',
      maxValues: 3,
    });
    expect(plain(attr.int({ maxValues: 1 }))).toEqual({ ...shared, type: 'int', maxValues: 1 });
    expect(plain(attr.boolean())).toEqual({ ...shared, type: 'boolean' });
    expect(plain(attr.oneOf('a', ''))).toEqual({ ...shared, type: 'oneOf', values: ['a', ''] });
  });

  it('are changed by making new ones, and keep the rest', () => {
    const base = attr.string({ maxValues: 3 });
    const optional = base.optional();
    const both = optional.fromContext();
    const reversed = base.fromContext().optional();
    expect([base.isOptional, base.isFromContext]).toEqual([false, false]);
    expect([optional.isOptional, optional.isFromContext]).toEqual([true, false]);
    expect([both.isOptional, both.isFromContext, both.maxValues]).toEqual([true, true, 3]);
    expect(plain(reversed)).toEqual(plain(both));
    for (const it of [base, optional, both]) expect(Object.isFrozen(it)).toBe(true);
    expect(Object.isFrozen(attr.oneOf('a').optional().values)).toBe(true);
  });

  it('are recognised, by whichever copy of the package they were made', () => {
    expect(isAttributeDeclaration(attr.int())).toBe(true);
    expect(isAttributeDeclaration(plain(attr.oneOf('a')))).toBe(true);
    for (const it of [undefined, null, 'string', {}, { type: 'string' }, attr.string, []])
      expect(isAttributeDeclaration(it)).toBe(false);
  });

  it.each<[string, () => unknown, RegExp]>([
    ['maxValues of 0', () => attr.string({ maxValues: 0 }), /maxValues is 0/],
    ['maxValues of 1.5', () => attr.int({ maxValues: 1.5 }), /maxValues is 1.5/],
    ['maxValues of NaN', () => attr.int({ maxValues: Number.NaN }), /maxValues is NaN/],
    ['endless maxValues', () => attr.int({ maxValues: Number.POSITIVE_INFINITY }), /Infinity/],
    ['maxValues in words', () => attr.int({ maxValues: untyped('9') }), /maxValues is "9"/],
    ['oneOf without values', () => attr.oneOf(...untyped<['a']>([])), /no values/],
    ['oneOf with a value twice', () => attr.oneOf('a', 'b', 'a'), /same value twice/],
    ['oneOf with a number', () => attr.oneOf(untyped<string>(1)), /given 1, which is no string/],
    ['oneOf with a long text', () => attr.oneOf('x'.repeat(257)), /at most 256 characters/],
  ])('refuse %s', (_, make, cause) => {
    let error: unknown;
    try {
      make();
    } catch (caught) {
      error = caught;
    }
    expect(error).toBeInstanceOf(MeterbookError);
    expect(error).toMatchObject({ code: 'INVALID_ATTRIBUTE' });
    expect((error as MeterbookError).cause).toMatch(cause);
  });
});
