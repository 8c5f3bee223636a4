import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ERRORS, type ErrorCode, MeterbookError, show } from '../src/errors.js';
import * as meterbook from '../src/index.js';
import * as testing from '../src/testing/index.js';
import { throwingGetter, throwingProxy } from './support/hostile.js';

/** One code as the page explains it. */
interface Section {
  readonly title: string;
  readonly hint: string;
  /** The first throws, the second does not. */
  readonly examples: readonly string[];
}

const page = readFileSync(new URL('../docs/errors.md', import.meta.url), 'utf8');

function sectionsOf(text: string): ReadonlyMap<string, Section> {
  const [, ...sections] = text.split(/^### /m);
  return new Map(
    sections.map((section) => {
      const [code = '', title = '', hint = ''] = section.split('\n\n');
      const examples = [...section.matchAll(/^```js\n(.*?)^```$/gms)].map(
        ([, source]) => source ?? '',
      );
      return [code, { title, hint: hint.replace(/^Fix: /, ''), examples }];
    }),
  );
}

const sections = sectionsOf(page);
const codes = Object.keys(ERRORS) as ErrorCode[];

/** Runs an example of the page, with what the page says is left out; gives what it throws. */
async function thrownBy(source: string): Promise<unknown> {
  const names = { ...meterbook, ...testing, scope: { name: 'support-agent' } };
  const AsyncFunction = (async () => undefined).constructor as new (
    ...parts: string[]
  ) => (...values: unknown[]) => Promise<void>;
  try {
    await new AsyncFunction(...Object.keys(names), source)(...Object.values(names));
  } catch (error) {
    return error;
  }
  return undefined;
}

describe('the table of errors and docs/errors.md', () => {
  it('name the same codes', () => {
    expect([...sections.keys()].sort()).toEqual([...codes].sort());
  });

  it.each(codes)('%s: have the same title and the same hint', (code) => {
    const { title, hint } = sections.get(code) ?? {};
    expect({ title, hint }).toEqual(ERRORS[code]);
  });

  it.each(codes)('%s: the page has an example that throws it, and what was meant', async (code) => {
    const [wrong = '', right = ''] = sections.get(code)?.examples ?? [];
    const error = await thrownBy(wrong);
    expect(error).toBeInstanceOf(MeterbookError);
    const { instrument, cause, fix, message } = error as MeterbookError;
    expect((error as MeterbookError).code).toBe(code);
    expect(cause).toMatch(/\.$/);
    expect(fix).toMatch(/\S.*\.$/s);
    const where = instrument === undefined ? '' : `Instrument "${instrument}": `;
    expect(message).toBe(`[${code}] ${where}${cause} Fix: ${fix}`);
    expect(right).not.toBe('');
    expect(await thrownBy(right)).toBeUndefined();
  });

  it('are sentences, without a word too many', () => {
    for (const { title, hint } of Object.values(ERRORS)) {
      expect(title).toMatch(/^[A-Z].*\.$/);
      expect(hint).toMatch(/^[A-Za-z].*\.$/);
      expect(`${title}${hint}`).not.toContain('\n');
    }
  });
});

describe('a MeterbookError', () => {
  it('is an error with its fields', () => {
    const error = new MeterbookError('INVALID_UNIT', {
      instrument: 'latency',
      cause: 'unit "sec" is none.',
      fix: 'Write "s".',
    });
    expect(error).toBeInstanceOf(Error);
    expect(String(error)).toBe(
      'MeterbookError: [INVALID_UNIT] Instrument "latency": unit "sec" is none. Fix: Write "s".',
    );
    expect(error).toMatchObject({
      name: 'MeterbookError',
      code: 'INVALID_UNIT',
      instrument: 'latency',
      cause: 'unit "sec" is none.',
      fix: 'Write "s".',
    });
  });

  it('takes the hint of the table where there is no better fix', () => {
    const error = new MeterbookError('INVALID_UNIT', { cause: 'x.' });
    expect(error.fix).toBe(ERRORS.INVALID_UNIT.hint);
    expect(error.instrument).toBeUndefined();
    expect(error.message).not.toContain('Instrument');
  });
});

describe('values in messages', () => {
  it.each<[unknown, string]>([
    ['a "text"', '"a \\"text\\""'],
    ['x'.repeat(100), `"${'x'.repeat(80)}…"`],
    [5, '5'],
    [Number.NaN, 'NaN'],
    [7n, '7n'],
    [true, 'true'],
    [undefined, 'undefined'],
    [null, 'null'],
    [Symbol('s'), 'Symbol(s)'],
    [() => 1, 'a function'],
    [[1, 2], 'an array'],
    [{ secret: 1 }, 'an object'],
    [throwingGetter('toString'), 'an object'],
    [throwingProxy(), 'an object'],
  ])('%# are short, and say nothing of what is inside', (value, expected) => {
    expect(show(value)).toBe(expected);
  });

  it('that cannot be looked at do no harm', () => {
    const { proxy, revoke } = Proxy.revocable([], {});
    revoke();
    expect(show(proxy)).toBe('a value that cannot be shown');
  });
});
