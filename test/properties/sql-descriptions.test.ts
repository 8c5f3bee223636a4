import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { describeQuery } from '../../src/db/sql/describe.js';
import { tablesOf } from '../../src/db/sql/tables.js';
import { tokensOf } from '../../src/db/sql/tokens.js';
import { PROPERTY_TIMEOUT, tries } from '../support/property.js';

/** Pieces of which SQL is made, and of which it goes wrong. */
const piece = fc.oneof(
  fc.constantFrom(
    ...'select insert into update delete from join with recursive as values table only using set'.split(
      ' ',
    ),
    ..."( ) , ; . * \" ' $$ $a$ -- /* */ \n E' U&\" U&' $1 1 :: \\ = union distinct is not".split(
      ' ',
    ),
    'users',
    '"Users"',
    'public.users',
  ),
  fc.string({ unit: 'binary', maxLength: 8 }),
);

const sql = fc.array(piece, { maxLength: 60 }).map((pieces) => pieces.join(' '));

/** What must never be told: in each kind of literal, wherever a literal can be. */
const SECRET = 'secret_3141';
const literal = fc.constantFrom(
  `'${SECRET}'`,
  `'it''s ${SECRET} from ${SECRET}'`,
  `E'\\'${SECRET}'`,
  `$$from ${SECRET}$$`,
  `$x$ $$ from ${SECRET} $x$`,
  `/* from ${SECRET} */`,
  `-- from ${SECRET}\n`,
);
const template = fc.constantFrom(
  'SELECT * FROM users WHERE name = ?',
  'SELECT ?, * FROM ? users',
  'INSERT INTO users VALUES (?, ?)',
  'INSERT INTO ? VALUES (?)',
  'UPDATE ? SET a = ?',
  'DELETE FROM ? WHERE a = ?',
  'SELECT * FROM ?',
  'WITH ? AS (SELECT ?) SELECT * FROM ?',
  '? SELECT 1',
  'COPY ? FROM ?',
  'SELECT * FROM a JOIN ? ON ?',
);

describe('the description of a query', () => {
  it(
    'never throws, and is a command that is known and a name that is in the text',
    () => {
      fc.assert(
        fc.property(sql, (text) => {
          const { operation, collection } = describeQuery(text);
          if (operation !== undefined) expect(operation).toMatch(/^[A-Z]{2,10}$/);
          if (collection === undefined) return;
          expect(collection.length).toBeLessThanOrEqual(127);
          const [first = ''] = collection.split('.');
          expect(text.replaceAll('""', '"')).toContain(first.replaceAll('""', '"'));
        }),
        tries(2_000),
      );
    },
    PROPERTY_TIMEOUT,
  );

  it(
    'never has what is in a literal or a comment',
    () => {
      fc.assert(
        fc.property(template, fc.array(literal, { minLength: 3, maxLength: 3 }), (text, given) => {
          let at = 0;
          const query = text.replaceAll('?', () => given[at++ % given.length] as string);
          expect(JSON.stringify(describeQuery(query))).not.toContain(SECRET);
          // Cut off anywhere, it is in there no more than before.
          for (let end = 0; end < query.length; end += 7) {
            const found = JSON.stringify(describeQuery(query.slice(0, end)));
            expect(found).not.toContain('secret');
          }
        }),
        tries(300),
      );
    },
    PROPERTY_TIMEOUT,
  );

  it.each([
    '(',
    "'",
    '"',
    '$a$ ',
    '/*',
    'a.',
    "E'\\",
    '(a ',
    ')a',
    'with ',
    '""',
    ',',
    '$$',
    'from ',
  ])('takes no more than linear time for many %j', (part) => {
    // A long text, past the limit on what is read: in quadratic time it would be minutes.
    const text = `SELECT * FROM ${part.repeat(300_000 / part.length)}`;
    const start = performance.now();
    tablesOf(tokensOf(text), new Set(['SELECT']));
    expect(performance.now() - start).toBeLessThan(5_000);
  });
});
