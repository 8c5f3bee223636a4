import { spawn } from 'node:child_process';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { agentHelpers, agentInstruments } from '../../src/agent/index.js';
import {
  buckets,
  defineRegistry,
  histogram,
  setupMetrics,
  slo,
  type Telemetry,
} from '../../src/index.js';
import { type Live, startLive } from '../../src/live/index.js';
import type { Ran } from '../cli/support/command.js';
import { buildCommand, type CommandProgram } from '../cli/support/command-program.js';
import { makeFolder } from '../cli/support/folder.js';
import { startInTerminal, type TestTerminal } from '../cli/support/terminal.js';
import { freePort } from '../support/free-port.js';
import { until } from '../support/pipeline.js';

/**
 * `meterbook top` as a process in a pseudo-terminal, with a service that sends by our own export, and the
 * live view that both talk to.
 */
const registry = defineRegistry({
  scope: { name: 'shop-agent' },
  instruments: agentInstruments,
});
const { recordEndpoint, recordModelFirstChunk, recordModelOperation, recordToolExecution } =
  agentHelpers(registry);

const WIDE_ROUTE = '/v1/注文/一覧/詳細/画面/長い/長い/長い/道';
const HOSTILE_TOOL = 'to\u001b[2Jol\u202e';

const withObjective = defineRegistry({
  scope: { name: 'orders' },
  instruments: {
    duration: histogram({
      name: 'order.duration',
      description: 'Duration of an order.',
      unit: 's',
      buckets: buckets.exponential({ start: 0.5, factor: 2, count: 4 }),
      attributes: {},
    }),
  },
  slos: {
    ordersAreQuick: slo({ instrument: 'duration', threshold: 1, objective: 0.99, window: '1h' }),
  },
});

let live: Live;
let telemetry: Telemetry;
let command: CommandProgram;
let sending: NodeJS.Timeout;

function work(): void {
  const http = { 'http.request.method': 'POST', 'url.scheme': 'http' } as const;
  const ok = { ...http, 'http.response.status_code': 200 } as const;
  for (let i = 0; i < 3; i++)
    recordEndpoint({ milliseconds: 120 }, { ...ok, 'http.route': '/chat' });
  recordEndpoint({ milliseconds: 40 }, { ...ok, 'http.route': WIDE_ROUTE });
  recordEndpoint(
    { milliseconds: 2_000 },
    { ...http, 'http.route': '/pay', 'http.response.status_code': 500, 'error.type': '500' },
  );
  const call = {
    'gen_ai.operation.name': 'chat',
    'gen_ai.provider.name': 'acme',
    'gen_ai.request.model': 'm-large',
  } as const;
  recordModelOperation({ milliseconds: 1_000 }, call);
  recordModelFirstChunk({ milliseconds: 250 }, call);
  recordToolExecution(
    { milliseconds: 5 },
    { 'gen_ai.tool.name': HOSTILE_TOOL, 'gen_ai.tool.type': 'function' },
  );
}

function startService(url: string): void {
  telemetry = setupMetrics({
    serviceName: 'shop',
    registries: [registry],
    temporality: 'delta',
    exportIntervalMillis: 1_000,
    otlp: { url: `${url}/v1/metrics` },
  });
  work();
  sending = setInterval(work, 100);
}

beforeAll(async () => {
  command = await buildCommand();
  live = await startLive({ port: 0, pagePort: 0, page: false });
  startService(live.receiverUrl);
  const top = async () => (await once('--json', '--url', live.pageUrl)).stdout;
  await until('the service is seen', async () => (await top()).includes('/pay'), 60_000);
}, 120_000);

afterAll(async () => {
  clearInterval(sending);
  await telemetry?.shutdown();
  await live?.close();
  command?.remove();
});

const terminals: TestTerminal[] = [];
afterEach(() => {
  for (const terminal of terminals.splice(0)) terminal.kill();
});

/** Not synchronously: the live view is in this process. */
function once(...args: readonly string[]): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [command.path, 'top', ...args], {
      env: { PATH: process.env['PATH'] },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let [stdout, stderr] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    child.once('error', reject);
    child.once('close', (code) => resolve({ code: code ?? -1, stdout, stderr }));
  });
}

function start(args: string, size = {}): TestTerminal {
  const terminal = startInTerminal(
    `printf 'before\\n'; exec '${process.execPath}' '${command.path}' top ${args}`,
    size,
  );
  terminals.push(terminal);
  return terminal;
}

const startHere = (size = {}) => start(`--url '${live.pageUrl}'`, size);

/** An export of the service `second`: five orders. */
async function sendOrder(url: string): Promise<void> {
  const point = {
    ...{ count: 5, sum: 3, explicitBounds: [0.5, 1, 2, 4], bucketCounts: [3, 2, 0, 0, 0] },
    timeUnixNano: String(BigInt(Date.now()) * 1_000_000n),
  };
  const metric = {
    name: 'order.duration',
    unit: 's',
    histogram: { aggregationTemporality: 1, dataPoints: [point] },
  };
  const name = { key: 'service.name', value: { stringValue: 'second' } };
  const answer = await fetch(`${url}/v1/metrics`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      resourceMetrics: [
        { resource: { attributes: [name] }, scopeMetrics: [{ metrics: [metric] }] },
      ],
    }),
  });
  expect(answer.status).toBe(200);
}

/** Cells of the row of the screen that has this in it. */
const row = (screen: string, text: string) =>
  screen
    .split('\n')
    .find((it) => it.includes(text))
    ?.trim()
    .split(/ {2,}/) ?? [];

describe('meterbook top in a terminal', () => {
  it('shows endpoints with their figures, and goes on', async () => {
    const terminal = startHere({ columns: 130 });
    const screen = await terminal.shows(/\[Endpoints 3\]/);
    expect(terminal.isFullScreen()).toBe(true);
    expect(screen).toMatch(/^meterbook top {2}✗ problem .* 1 service: shop$/m);
    expect(screen).toContain('POST /pay: 100 % of');
    expect(row(screen, '/pay ◀ slow')[3]).toBe('100.0 %');
    expect(row(screen, 'POST /chat')[3]).toBe('0.0 %');
    const count = () => Number(row(terminal.lines().join('\n'), 'POST /chat')[2]?.replace(' ', ''));
    const first = count();
    expect(first).toBeGreaterThan(0);
    await until('the count has grown', () => count() > first, 30_000);
    // Redrawn in place: the screen is never cleared as a whole.
    expect(terminal.written).not.toContain('\u001b[2J');
  });

  it('has keys for tables, order, filter, pause and help', async () => {
    const terminal = startHere({ columns: 130 });
    await terminal.shows(/\[Endpoints 3\]/);
    terminal.type('\t');
    const models = await terminal.shows(/\[Models 1\]/);
    // 250 ms of 1 s.
    expect(row(models, 'm-large').at(-1)).toBe('25.0 %');
    terminal.type('\u001b[C');
    // What would move the cursor or turn the text around is shown as a question mark.
    expect(await terminal.shows(/\[Tools 1\]/)).toContain('to?[2Jol?');
    terminal.type('\u001b[Z\u001b[D');
    await terminal.shows(/\[Endpoints 3\]/);

    terminal.type('s');
    await terminal.shows('Endpoint▾');
    terminal.type('ss');
    const byCount = await terminal.shows('count▾');
    expect(byCount).toMatch(/^POST \/chat [\s\S]*^POST \/pay /m);

    terminal.type('/pa');
    await terminal.shows('/pa_');
    terminal.type('\r');
    const filtered = await terminal.shows(/^\/pa {2}tab/m);
    expect(filtered).toContain('POST /pay');
    expect(filtered).not.toMatch(/^POST \/chat/m);
    terminal.type('\u001b');
    await terminal.shows(/^POST \/chat/m);

    terminal.type('?');
    await terminal.shows('meterbook top: keys');
    terminal.type('x');
    await terminal.shows(/\[Endpoints 3\]/);
    terminal.type('p');
    const paused = await terminal.shows(' paused ');
    const count = row(paused, 'POST /chat')[2];
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    expect(row(terminal.lines().join('\n'), 'POST /chat')[2]).toBe(count);
    terminal.type('p');
    await until(
      'it goes on',
      () => row(terminal.lines().join('\n'), 'POST /chat')[2] !== count,
      30_000,
    );
  });

  it.each([
    ['q', 0],
    ['\u0003', 130],
  ])('gives the terminal back at %j, and ends with %i', async (key, code) => {
    const terminal = startHere();
    await terminal.shows(/\[Endpoints 3\]/);
    terminal.type(key);
    expect(await terminal.ended).toBe(code);
    expect(terminal.isFullScreen()).toBe(false);
    expect(terminal.lines().filter((it) => it !== '')).toEqual(['before']);
    expect(terminal.written).toContain('\u001b[?25h');
  });

  it('gives it back where a signal ends it', async () => {
    const terminal = startHere();
    await terminal.shows(/\[Endpoints 3\]/);
    process.kill(terminal.pid(), 'SIGINT');
    expect(await terminal.ended).toBe(130);
    expect(terminal.isFullScreen()).toBe(false);
  });

  it('fits whatever size the terminal becomes, with letters that are two places wide', async () => {
    const terminal = startHere({ columns: 130, rows: 30 });
    await terminal.shows(WIDE_ROUTE);
    for (const [columns, rows] of [
      [60, 20],
      [34, 12],
      [20, 8],
      [100, 30],
    ] as const) {
      await terminal.resize(columns, rows);
      // What is left of a wider picture has no "…" where the line ends now.
      const end = columns < 80 ? /^tab ←→.*…$/ : /^tab ←→.* q quit$/;
      await until(
        `it is drawn for ${columns} columns`,
        () => end.test(terminal.lines()[rows - 1] ?? ''),
        30_000,
      );
      expect(terminal.lines()[0]).toMatch(/^meterbook top/);
      // Nothing has moved up: the table is below its line of titles.
      expect(terminal.lines().join('\n')).toMatch(/^\[Endpoints 3\].*\n *Endpoint/m);
    }
    await terminal.shows(WIDE_ROUTE);
  });

  it('keeps what it has where the live view goes away, and says so', async () => {
    const other = await startLive({ port: 0, pagePort: 0, page: false });
    const terminal = start(`--url '${other.pageUrl}'`, { columns: 150 });
    await terminal.shows('meterbook top');
    await terminal.shows('0 services');
    await other.close();
    await terminal.shows('ECONNREFUSED');
    terminal.type('q');
    expect(await terminal.ended).toBe(0);
  });

  it('shows the objectives of a registry where it receives by itself', async () => {
    const folder = makeFolder();
    try {
      folder.json('m.json', withObjective.manifest());
      const terminal = start(`--port 0 --registry '${folder.path}/m.json'`, { columns: 130 });
      const screen = await terminal.shows(/OTEL_EXPORTER_OTLP_ENDPOINT=\S+/);
      const url = /OTEL_EXPORTER_OTLP_ENDPOINT=(http:\S+)/.exec(screen)?.[1];
      await sendOrder(url as string);
      await terminal.shows('1 service: second');
      await terminal.shows(/SLOs 1/);
      expect(await terminal.shows(/ordersAreQuick/)).toMatch(/100(\.0)? % +0\.0 ×/);
      terminal.type('q');
      expect(await terminal.ended).toBe(0);
    } finally {
      folder.remove();
    }
  });

  it('receives by itself where it is told to, and shows what comes', async () => {
    const port = await freePort();
    const terminal = start(`--port ${port}`, { columns: 130 });
    await terminal.shows('0 services');
    await sendOrder(`http://127.0.0.1:${port}`);
    await terminal.shows('1 service: second');
    terminal.type('q');
    expect(await terminal.ended).toBe(0);
  });
});

describe('meterbook top without a terminal', () => {
  it('prints everything once, without colours', async () => {
    const { code, stdout, stderr } = await once('--url', live.pageUrl);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).not.toContain('\u001b');
    expect(stdout).toContain(`POST ${WIDE_ROUTE}`);
    for (const title of [
      'Endpoints',
      'Models',
      'Tools',
      'SLOs',
      'Findings',
      'Series',
      'Delivery',
    ]) {
      expect(stdout).toMatch(new RegExp(`^${title}$`, 'm'));
    }
    expect(row(stdout, 'http.server.request.duration').length).toBeGreaterThan(2);
    expect(row(stdout, '● good  shop').length).toBeGreaterThan(3);
  });

  it('gives the answer as JSON, narrowed down as asked', async () => {
    const all = JSON.parse((await once('--url', live.pageUrl, '--json')).stdout);
    expect(all.shown.kind).toBe('overview');
    expect(all.services.map((it: { name: string }) => it.name)).toEqual(['shop']);
    const one = JSON.parse(
      (await once('--json', '--url', live.pageUrl, '--where', 'http.route=/pay', '--range', '15m'))
        .stdout,
    );
    expect(one.to - one.from).toBe(900_000);
    const endpoints = one.shown.tables.find((it: { id: string }) => it.id === 'endpoints');
    expect(endpoints.rows.map((it: { name: string }) => it.name)).toEqual(['POST /pay']);
    const none = JSON.parse(
      (await once('--json', '--url', live.pageUrl, '--service', 'other')).stdout,
    );
    expect(none.shown.tables).toEqual([]);
  });

  it('receives by itself where it is told to, and prints what has come', async () => {
    const folder = makeFolder();
    try {
      folder.json('m.json', withObjective.manifest());
      const registry = ['--registry', `${folder.path}/m.json`];
      for (const how of [[], ['--once'], ['--json']]) {
        const port = await freePort();
        const ran = once('--port', `${port}`, ...registry, ...how);
        await until('it receives', async () => {
          const sent = sendOrder(`http://127.0.0.1:${port}`);
          return await sent.then(
            () => true,
            () => false,
          );
        });
        const { code, stdout, stderr } = await ran;
        expect({ code, stderr }).toEqual({
          code: 0,
          stderr: expect.stringContaining(`Receiving at http://127.0.0.1:${port}`),
        });
        expect(stdout).toContain('ordersAreQuick');
        if (how[0] !== '--json') expect(stdout).toMatch(/^meterbook top .* 1 service: second$/m);
        else expect(JSON.parse(stdout).shown.slos).toMatchObject([{ errors: 0 }]);
      }
    } finally {
      folder.remove();
    }
  });

  it('asks a live view with a token for it', async () => {
    const token = 'a-token-of-this-test';
    const guarded = await startLive({ port: 0, pagePort: 0, page: false, token });
    try {
      const url = new URL('/', guarded.pageUrl).href;
      const denied = await once('--json', '--url', url);
      expect(denied.code).toBe(1);
      expect(JSON.parse(denied.stderr).error).toMatchObject({
        code: 'DENIED',
        message: `The live view at ${url.slice(0, -1)} wants a token.`,
      });
      expect((await once('--once', '--url', url, '--token', token)).code).toBe(0);
      expect((await once('--once', '--url', guarded.pageUrl)).code).toBe(0);
    } finally {
      await guarded.close();
    }
  });
});

describe('meterbook lint --against a live view', () => {
  it('names what it has never received, and nothing that it has', async () => {
    const folder = makeFolder();
    try {
      folder.json('m.json', registry.manifest());
      const lint = (...args: readonly string[]) =>
        folder.run('lint', '--registry', 'm.json', '--json', '--against', ...args);
      const { code, stdout } = await lint(new URL('/', live.pageUrl).href);
      expect(code).toBe(0);
      const findings: { rule: string; instrument: string; message: string }[] =
        JSON.parse(stdout).findings;
      const unused = findings.filter(({ rule }) => rule === 'unused-instrument');
      const never = new Set(unused.map(({ instrument }) => instrument));
      const { instruments } = registry.manifest();
      const recorded = registry
        .usage()
        .filter(({ isRecorded }) => !isRecorded)
        .map(({ instrument }) => instrument);
      expect([...never].sort()).toEqual([...recorded].sort());
      expect(never.size).toBeLessThan(instruments.length);
      const ofDuration = findings
        .filter((it) => it.instrument === 'http.server.request.duration')
        .map(({ rule, message }) => `${rule} ${message}`);
      expect(ofDuration.join('\n')).toContain('"http.request.method"');
      expect(ofDuration.join('\n')).not.toContain('The attribute "http.route"');
      // Later than anything that came.
      const later = await lint(live.pageUrl, '--since', '2999-01-01');
      const rules = JSON.parse(later.stdout).findings.filter(
        ({ rule }: { rule: string }) => rule === 'unused-instrument',
      );
      expect(rules).toHaveLength(instruments.length);
    } finally {
      folder.remove();
    }
  });
});
