import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { changed, everyKind } from '../artefacts/support/registries.js';
import { type Folder, makeFolder } from './support/folder.js';

/**
 * Every way in which the command can go wrong: the line names what, where, and what to do; with `--json` it says
 * the same as JSON, and the exit code is the same.
 */
let folder: Folder;
const servers: Server[] = [];
const ports: Record<string, number> = {};

/** What is at `http://h:<name>` in a case below. */
const ANSWERS: Readonly<Record<string, readonly [status: number, body: string]>> = {
  notFound: [404, '<html>'],
  denied: [401, ''],
  wantsToken: [401, '{"error":"a token is needed, as meterbook live printed it"}'],
  noAnswer: [200, '{}'],
  other: [200, '{"services":[],"shown":{"kind":"board"}}'],
};

beforeAll(async () => {
  folder = makeFolder();
  folder.json('m.json', everyKind);
  folder.json('list.json', [1]);
  folder.json('old.json', { ...everyKind, manifestVersion: 2 });
  folder.json('bad-lock.json', { lockVersion: 9 });
  folder.json('broken.json', changed(everyKind, 'active', { unit: '{other}' }));
  writeFileSync(join(folder.path, 'text.json'), '{');
  writeFileSync(join(folder.path, 'none.mjs'), 'export const x = 1;');
  writeFileSync(join(folder.path, 'throws.mjs'), 'throw new Error("no database");');
  mkdirSync(join(folder.path, 'folder'));
  await folder.run('check', '--registry', 'm.json', '--lock', 'lock.json', '--update');
  for (const [name, [status, body]] of Object.entries(ANSWERS)) {
    const server = createServer((_, response) => response.writeHead(status).end(body));
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    ports[name] = (server.address() as AddressInfo).port;
  }
  const gone = createServer();
  await new Promise<void>((resolve) => gone.listen(0, '127.0.0.1', resolve));
  ports['gone'] = (gone.address() as AddressInfo).port;
  await new Promise((resolve) => gone.close(resolve));
});
afterAll(() => {
  for (const server of servers) server.close();
  folder.remove();
});

type Case = readonly [line: string, code: string, what: string, fix: string];

const M = '--registry m.json';
const CASES: readonly Case[] = [
  ['serve', 'WRONG_USAGE', 'no command "serve"', 'meterbook --help'],
  ['--verbose', 'WRONG_USAGE', 'no option --verbose', 'meterbook --help'],
  ['jobs --all', 'WRONG_USAGE', 'no option --all', 'meterbook jobs --help'],
  ['lint --colour', 'WRONG_USAGE', 'no option --colour', 'meterbook lint --help'],
  ['lint extra', 'WRONG_USAGE', 'no argument "extra"', 'meterbook lint --help'],
  ['lint --registry', 'WRONG_USAGE', '--registry needs a value', '--registry=<value>'],
  ['lint', 'WRONG_USAGE', 'No registry is named', '--registry ./src/metrics.ts'],
  ['lint --registry absent.ts', 'NOT_FOUND', 'no file "absent.ts"', '--registry ./src'],
  ['lint --registry folder', 'NOT_FOUND', '"folder" is a folder', '--registry ./src'],
  [
    'lint --registry none.mjs',
    'NOT_FOUND',
    '"none.mjs" exports no registry; it exports x',
    'Export',
  ],
  ['lint --registry none.mjs --export y', 'NOT_FOUND', 'exports no registry "y"', 'exports none'],
  ['lint --registry throws.mjs', 'INVALID', 'no database', 'node throws.mjs'],
  ['lint --registry text.json', 'INVALID', '"text.json" cannot be read', 'Write JSON'],
  ['lint --registry list.json', 'INVALID', '"list.json" is no manifest', 'registry.manifest()'],
  ['lint --registry old.json', 'INVALID', '"old.json" has the manifestVersion 2', 'same version'],
  [`lint ${M} --registry list.json --export a`, 'WRONG_USAGE', '--registry names several', 'Drop'],
  [`lint ${M} --max-series 0`, 'WRONG_USAGE', '--max-series cannot be "0"', 'whole number'],
  [`lint ${M} --max-series 1`, 'FOUND', 'errors and', 'beside each error'],
  [`lint ${M} --since 1d`, 'WRONG_USAGE', '--since is about', '--against'],
  [`lint ${M} --against h:9`, 'WRONG_USAGE', 'address of --against', 'http://localhost:9090'],
  [
    `lint ${M} --against URL:gone`,
    'UNREACHABLE',
    'URL:gone does not answer: ECONNREFUSED',
    'Start',
  ],
  [`lint ${M} --against URL:denied`, 'DENIED', 'URL:denied gives no list', 'user and password'],
  [`lint ${M} --against URL:notFound`, 'INVALID', 'URL:notFound gives no list', 'a Prometheus'],
  [
    `lint ${M} --against URL:wantsToken`,
    'DENIED',
    'URL:wantsToken wants a token',
    'METERBOOK_LIVE_TOKEN',
  ],
  [`check ${M} --lock absent.json`, 'NOT_FOUND', 'no "absent.json"', '--update'],
  [`check ${M} --lock text.json`, 'INVALID', '"text.json" cannot be read', 'history'],
  [`check ${M} --lock bad-lock.json`, 'INVALID', '"bad-lock.json" is no lock file', 'history'],
  [
    `check ${M} --lock folder/x/y.json --update`,
    'FAILED',
    '"folder/x/y.json" cannot be written',
    '--lock',
  ],
  ['check --registry broken.json --lock lock.json', 'FOUND', 'break something', '--update'],
  [`generate docs ${M}`, 'WRONG_USAGE', 'No folder is named', '--out'],
  [`generate docs ${M} --out text.json`, 'FAILED', 'text.json/catalogue.md" cannot be', '--out'],
  [
    `generate docs ${M} --out nowhere --check`,
    'FOUND',
    '1 of 1 files are out of date',
    'without --check',
  ],
  ['generate doc', 'WRONG_USAGE', 'Did you mean "docs"', 'meterbook generate --help'],
  ['jobs report', 'WRONG_USAGE', 'No database is named', 'DATABASE_URL'],
  ['jobs report --data-dir folder', 'NOT_FOUND', 'folder" is no folder of a PGlite', 'dataDir'],
  ['jobs report --database-url mysql://h', 'WRONG_USAGE', 'cannot be read', 'postgres://'],
  [
    'jobs report --database-url postgres://me@127.0.0.1:1/db',
    ...(['UNREACHABLE', 'postgres://me@127.0.0.1:1/db', 'Start the server'] as const),
  ],
  ['jobs report --data-dir x --by model --slowest', 'WRONG_USAGE', '--by does not go with', 'Drop'],
  [
    'jobs report --data-dir x --from 2026-02-01 --to 2026-01-01',
    'WRONG_USAGE',
    'is not before --to',
    'Exchange',
  ],
  ['top --url h:1', 'WRONG_USAGE', 'address of --url cannot be read', 'http://127.0.0.1:4319'],
  ['top --url URL:gone', 'UNREACHABLE', 'at URL:gone: ECONNREFUSED', 'meterbook live'],
  ['top --url URL:wantsToken', 'DENIED', 'at URL:wantsToken wants a token', '--token'],
  ['top --url URL:notFound', 'INVALID', 'at URL:notFound gives no answer', '--url'],
  ['top --url URL:noAnswer', 'INVALID', 'at URL:noAnswer gives no answer', '--url'],
  ['top --range soon', 'WRONG_USAGE', '--range cannot be "soon"', '5m'],
  ['top --range 40d', 'WRONG_USAGE', '--range cannot be "40d"', 'up to 31d'],
  ['top --where route', 'WRONG_USAGE', '--where cannot be "route"', 'key=value'],
  ['top --port 9 --url URL:gone', 'WRONG_USAGE', 'which --url does not do', 'Drop'],
  ['top --registry m.json --url URL:gone', 'WRONG_USAGE', 'which --url does not do', 'Drop'],
  ['live --port 65536', 'WRONG_USAGE', '--port cannot be "65536"', 'whole number'],
  ['live --trace-url x', 'WRONG_USAGE', '--trace-url cannot be "x"', '{traceId}'],
  ['live --token short', 'FAILED', 'token is too short', '16 to 256'],
];

const CODES: Readonly<Record<string, number>> = { WRONG_USAGE: 2 };

describe('what goes wrong', () => {
  it.each(CASES)(
    'meterbook %s: %s, with what, where and what to do',
    async (line, code, what, fix) => {
      const placed = (text: string) =>
        text.replace(/URL:(\w+)/g, (_, name: string) => `http://127.0.0.1:${ports[name]}`);
      const args = placed(line).split(' ');
      const text = await folder.run(...args);
      expect(text.stderr).toMatch(/^meterbook: [^\n]+\n$/);
      expect(text.stderr).toContain(placed(what));
      expect(text.stderr).toContain(placed(fix));
      expect(text.code).toBe(CODES[code] ?? 1);

      const json = await folder.run(...args, ...(args.includes('--json') ? [] : ['--json']));
      const { error } = JSON.parse(json.stderr);
      if (!line.startsWith('top --port')) {
        expect(error).toMatchObject({ code });
        expect(`meterbook: ${error.message} ${error.fix}\n`).toBe(text.stderr);
      }
      expect(json.code).toBe(text.code);
      // What a check has found is the result, and there is one document of it.
      if (json.stdout !== '') JSON.parse(json.stdout);
    },
    30_000,
  );
});
