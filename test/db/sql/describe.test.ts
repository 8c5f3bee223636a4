import { describe, expect, it } from 'vitest';
import { describeQuery, MAX_LENGTH } from '../../../src/db/sql/describe.js';

/** Text, command, table; `undefined` where it is not certain. */
const QUERIES: [string, string | undefined, string | undefined][] = [
  ['', undefined, undefined],
  [';', undefined, undefined],
  ['grunt users', undefined, undefined],
  ['SELECT 1', 'SELECT', undefined],
  ['select * from users', 'SELECT', 'users'],
  ['SELECT * FROM users;', 'SELECT', 'users'],
  ['-- all\n/* of /* them */ from x */ SELECT * FROM users', 'SELECT', 'users'],
  ['SELECT * FROM public.users u WHERE u.id = $1', 'SELECT', 'public.users'],
  ['SELECT * FROM "Users" ORDER BY a, b', 'SELECT', 'Users'],
  ['SELECT * FROM "a ""b"" c"', 'SELECT', 'a "b" c'],
  ['SELECT * FROM users, orders', 'SELECT', undefined],
  ['SELECT * FROM users JOIN orders ON true', 'SELECT', undefined],
  ['SELECT * FROM Users u JOIN users v USING (id)', 'SELECT', 'users'],
  ['SELECT * FROM (SELECT * FROM users) x', 'SELECT', 'users'],
  ['SELECT * FROM (users)', 'SELECT', 'users'],
  ['SELECT * FROM ((users u JOIN orders o ON true))', 'SELECT', undefined],
  ['SELECT * FROM ((users u JOIN orders o ON true) JOIN users v ON true)', 'SELECT', undefined],
  ['SELECT (SELECT count(*) FROM orders) FROM users', 'SELECT', undefined],
  ['SELECT * FROM users WHERE id IN (SELECT id FROM orders)', 'SELECT', undefined],
  ['SELECT * FROM users UNION SELECT * FROM orders', 'SELECT', undefined],
  ['(SELECT * FROM users) UNION ALL SELECT * FROM orders', 'SELECT', undefined],
  ['((SELECT * FROM users) UNION (SELECT * FROM users))', 'SELECT', 'users'],
  ['SELECT * FROM ONLY users', 'SELECT', 'users'],
  ['SELECT * FROM users, LATERAL (SELECT * FROM users) x', 'SELECT', 'users'],
  ['SELECT * FROM generate_series(1, 2) n', 'SELECT', undefined],
  ['SELECT * FROM ROWS FROM (f(1), g(2))', 'SELECT', undefined],
  ['SELECT * FROM users, unnest(users.tags) t', 'SELECT', 'users'],
  ['SELECT extract(year FROM at), trim(both FROM name) FROM users', 'SELECT', 'users'],
  ['SELECT 1 FROM users WHERE a IS NOT DISTINCT FROM b', 'SELECT', 'users'],
  ['SELECT DISTINCT name FROM users FOR UPDATE OF users', 'SELECT', 'users'],
  [`SELECT ' FROM orders', E'it\\' FROM orders', $$ FROM x $$ FROM users`, 'SELECT', 'users'],
  [`SELECT $a$ $$ FROM x $a$, U&'\\0041', b'01' FROM users`, 'SELECT', 'users'],
  ['SELECT * FROM U&"d\\0061t"', 'SELECT', undefined],
  ['WITH r AS (SELECT * FROM users) SELECT * FROM R', 'SELECT', 'users'],
  ['WITH RECURSIVE r(n) AS (VALUES (1) UNION ALL SELECT n FROM r) TABLE r', 'TABLE', undefined],
  ['WITH a AS MATERIALIZED (SELECT 1), b AS (SELECT 2) UPDATE users SET n = 1', 'UPDATE', 'users'],
  ['WITH gone AS (DELETE FROM a RETURNING *) INSERT INTO b SELECT * FROM gone', 'INSERT', 'b'],
  ['WITH made AS (INSERT INTO a VALUES (1)) SELECT * FROM b', 'SELECT', undefined],
  ['INSERT INTO users (a, b) SELECT a, b FROM orders', 'INSERT', 'users'],
  ['INSERT INTO users VALUES ($1) ON CONFLICT DO UPDATE SET a = 1', 'INSERT', 'users'],
  ['UPDATE ONLY app.users SET a = (SELECT 1 FROM orders)', 'UPDATE', 'app.users'],
  ['DELETE FROM users USING orders', 'DELETE', 'users'],
  ['MERGE INTO users USING orders ON true WHEN MATCHED THEN DELETE', 'MERGE', 'users'],
  ['TRUNCATE TABLE users', 'TRUNCATE', 'users'],
  ['TRUNCATE users, orders', 'TRUNCATE', undefined],
  ['COPY users (a, b) FROM STDIN', 'COPY', 'users'],
  ['COPY (SELECT * FROM users) TO STDOUT', 'COPY', undefined],
  ['EXPLAIN SELECT * FROM users', 'EXPLAIN', 'users'],
  ['DECLARE c CURSOR FOR SELECT * FROM users', 'DECLARE', 'users'],
  ['FETCH NEXT FROM c', 'FETCH', undefined],
  ['REVOKE SELECT ON users FROM bob', 'REVOKE', undefined],
  ['CREATE TABLE x AS SELECT * FROM users', 'CREATE', undefined],
  ['SET x = 1', 'SET', undefined],
  ['begin', 'BEGIN', undefined],
  ['BEGIN; DELETE FROM users', undefined, undefined],
  [`SELECT * FROM ${'x'.repeat(200)}`, 'SELECT', undefined],
  ["SELECT 'from here", 'SELECT', undefined],
];

describe('describeQuery', () => {
  it.each(QUERIES)('%j', (text, operation, collection) => {
    const found = describeQuery(text);
    expect([found.operation, found.collection]).toEqual([operation, collection]);
  });

  it('knows a long list of values by its beginning, and no table of what it has not read', () => {
    const values = '(1, 2), '.repeat(MAX_LENGTH);
    expect(describeQuery(`INSERT INTO users VALUES ${values}`)).toEqual({
      operation: 'INSERT',
      collection: 'users',
    });
    const list = '1, '.repeat(MAX_LENGTH);
    expect(describeQuery(`SELECT * FROM users WHERE id IN (${list} 1)`)).toEqual({
      operation: 'SELECT',
    });
  });
});
