import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { changed, everyKind } from '../artefacts/support/registries.js';
import { run } from './support/command.js';
import { type Folder, makeFolder } from './support/folder.js';

let folder: Folder;
beforeEach(() => {
  folder = makeFolder();
  folder.json('m.json', everyKind);
});
afterEach(() => folder.remove());

const lint = (...args: readonly string[]) => folder.run('lint', '--registry', 'm.json', ...args);

describe('meterbook lint', () => {
  it('ends with 0 where there are warnings alone', async () => {
    const { code, stdout, stderr } = await lint();
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const lines = stdout
      .trimEnd()
      .split('\n')
      .map((line) => line.split(/ {2,}/).slice(0, 3));
    expect(lines[0]).toEqual(['severity', 'instrument', 'rule']);
    expect(lines).toContainEqual(['warning', 'depth', 'unbounded-attribute']);
    expect(lines).toContainEqual(['warning', 'calls', 'missing-description']);
  });

  it('ends with 1 where there is an error, and --json is one document', async () => {
    const { code, stdout, stderr } = await lint('--max-series', '2000', '--json');
    expect(code).toBe(1);
    const { errors, warnings, findings } = JSON.parse(stdout);
    expect([errors, findings.length]).toEqual([1, 1 + warnings]);
    expect(findings[0]).toEqual({
      rule: 'worst-case-series',
      severity: 'error',
      scope: 'service',
      instrument: 'depth',
      message: 'It may come to 2001 series, more than 2000.',
      fix: 'Lower maxSeries or maxValues, leave an attribute out, or raise the limit.',
    });
    expect(JSON.parse(stderr)).toEqual({
      error: {
        code: 'FOUND',
        message: `1 error and ${warnings} warnings.`,
        fix: 'Do what is said beside each error.',
      },
    });
  });

  it('says so where nothing is found', async () => {
    const { attributes, ...depth } = everyKind.instruments.find(
      (it) => it.property === 'latency',
    ) ?? { attributes: [] };
    folder.json('m.json', {
      ...everyKind,
      instruments: [{ ...depth, attributes: attributes.slice(0, 1) }],
    });
    expect(await lint()).toEqual({ code: 0, stdout: 'Nothing was found.\n', stderr: '' });
  });

  it.each([
    [['--max-series', '0'], '--max-series cannot be "0"'],
    [['--since', '30d'], '--since is about what has been seen'],
    [['--since', 'x', '--against', 'http://h'], '--since cannot be "x"'],
    [['--against', 'localhost:9090'], 'The address of --against cannot be read.'],
    [['--against', 'ftp://me:s3cret@h'], 'The address of --against cannot be read.'],
  ])('refuses %j', async (args, message) => {
    const { code, stdout, stderr } = await lint(...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(message);
    expect(stderr).not.toContain('s3cret');
  });
});

describe('meterbook lint --against', () => {
  const servers: Server[] = [];
  const serve = async (
    answer: (url: URL, authorization: string | undefined) => [number, string],
  ) => {
    const server = createServer((request, response) => {
      const [status, body] = answer(
        new URL(request.url ?? '', 'http://h'),
        request.headers.authorization,
      );
      response.writeHead(status).end(body);
    });
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return (server.address() as AddressInfo).port;
  };
  afterEach(() => {
    for (const server of servers.splice(0)) server.close();
  });

  it('sends user, password, path and time as they are given, and keeps the password to itself', async () => {
    const asked: string[] = [];
    const port = await serve((url, authorization) => {
      if (url.pathname === '/prom/api/health') return [404, ''];
      asked.push(`${url.pathname} ${url.searchParams.get('start')} ${authorization}`);
      return [200, '{"status":"success","data":[]}'];
    });
    const { code, stdout } = await lint(
      '--against',
      `http://me:s3%40cret@127.0.0.1:${port}/prom/`,
      '--since',
      '2026-01-31',
      '--json',
    );
    expect(code).toBe(0);
    const basic = Buffer.from('me:s3@cret').toString('base64');
    expect(asked).toEqual([
      `/prom/api/v1/label/__name__/values 2026-01-31T00:00:00.000Z Basic ${basic}`,
    ]);
    const unused = JSON.parse(stdout).findings.filter(
      (it: { rule: string }) => it.rule === 'unused-instrument',
    );
    expect(unused).toHaveLength(everyKind.instruments.length);
    expect(stdout).not.toContain('cret');
  });

  it('tells a Prometheus nothing of the token of a live view', async () => {
    const authorizations: unknown[] = [];
    const port = await serve((_, authorization) => {
      authorizations.push(authorization);
      return [200, '{"status":"success","data":[]}'];
    });
    const args = ['lint', '--registry', 'm.json', '--against', `http://127.0.0.1:${port}`];
    const { code } = await run(
      args,
      { METERBOOK_LIVE_TOKEN: 'a-token-of-a-live-view' },
      folder.path,
    );
    expect(code).toBe(0);
    expect(authorizations).toEqual([undefined, undefined]);
  });

  it.each([
    [401, '', 'HTTP status 401', 'Put user and password into the URL'],
    [404, '<html>', 'HTTP status 404', 'Name the address of a Prometheus'],
    [200, '{"status":"success"}', 'HTTP status 200', 'Name the address of a Prometheus'],
    [400, '{"status":"error","error":"bad\\nmatcher"}', 'bad matcher', 'Name the address'],
  ])('says what is wrong where it answers %i %s', async (status, body, said, fix) => {
    const port = await serve(() => [status, body]);
    const { code, stdout, stderr } = await lint('--against', `http://me:s3cret@127.0.0.1:${port}`);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain(
      `http://127.0.0.1:${port} gives no list at /api/v1/label/__name__/values: ${said}.`,
    );
    expect(stderr).toContain(fix);
    expect(stderr).toMatch(/^meterbook: [^\n]+\n$/);
    expect(stderr).not.toContain('s3cret');
  });

  it('says so where nothing answers', async () => {
    folder.json('m.json', changed(everyKind, 'active', { description: 'x' }));
    const port = await serve(() => [200, '']);
    await new Promise((resolve) => servers.pop()?.close(resolve));
    const { code, stderr } = await lint('--against', `http://127.0.0.1:${port}`);
    expect(code).toBe(1);
    expect(stderr).toBe(
      `meterbook: http://127.0.0.1:${port} does not answer: ECONNREFUSED. Start what listens there, or name another address with --against.\n`,
    );
  });
});
