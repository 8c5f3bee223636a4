import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { main } from '../../src/cli/index.js';
import { post, send } from '../live/support/assembled.js';
import { encodeRequest } from '../live/support/otlp.js';
import { freePort } from '../support/free-port.js';
import { until } from '../support/pipeline.js';
import { type Ran, run } from './support/command.js';

/** The command while it runs. */
interface Running {
  stdout(): string;
  stderr(): string;
  /** As Ctrl-C does. */
  stop(): Promise<Ran>;
}

const open: { close(): unknown }[] = [];

afterEach(async () => {
  vi.unstubAllEnvs();
  for (const one of open.splice(0).reverse()) await one.close();
});

/** Starts `meterbook live` in this process, and waits until it has said where it is. */
async function start(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Running> {
  let [stdout, stderr] = ['', ''];
  let end = (): void => undefined;
  const stopped = new Promise<void>((resolve) => {
    end = resolve;
  });
  const code = main(['live', ...args], {
    stdout: { write: (text) => (stdout += text) },
    stderr: { write: (text) => (stderr += text) },
    env,
    untilStopped: () => stopped,
  });
  const stop = async () => {
    end();
    return { code: await code, stdout, stderr };
  };
  open.push({ close: stop });
  const isOver = code.then(() => true);
  await until('it has started', async () => {
    if (stdout !== '') return true;
    const over = await Promise.race([isOver, new Promise((resolve) => setTimeout(resolve, 10))]);
    if (over === true) throw new Error(stderr);
    return false;
  });
  return { stdout: () => stdout, stderr: () => stderr, stop };
}

async function ports(): Promise<readonly string[]> {
  return [`--port=${await freePort()}`, `--page-port=${await freePort()}`];
}

const ANY_PORTS = ['--port', '0', '--page-port', '0'];

const REQUEST = encodeRequest({
  resourceMetrics: [
    {
      resource: { attributes: [{ key: 'service.name', value: { stringValue: 'shop' } }] },
      scopeMetrics: [{ metrics: [{ name: 'm', gauge: { dataPoints: [{ asInt: 3 }] } }] }],
    },
  ],
});

describe('meterbook live', () => {
  it('says where it is, takes what services send, and ends when it is stopped', async () => {
    const args = await ports();
    const running = await start(args);
    const text = running.stdout();
    const [page = ''] = /http:\S+\/(?=\n)/.exec(text) ?? [];
    const [receiverUrl = ''] = /(?<=OTEL_EXPORTER_OTLP_ENDPOINT=)\S+/.exec(text) ?? [];
    expect(text).toContain('Ctrl-C ends it.');
    expect((await post({ receiverUrl }, REQUEST)).status).toBe(200);
    expect((await send(page)).text).toMatch(/^<!doctype html>/i);
    const answer = JSON.parse((await send(`${page}api/answer?view=catalogue`)).text);
    expect(answer.services).toMatchObject([{ name: 'shop' }]);
    expect(await running.stop()).toMatchObject({ code: 0, stderr: '' });
    await expect(send(page)).rejects.toThrow('ECONNREFUSED');
  });

  it('--json gives the addresses as one line', async () => {
    const [port, pagePort] = await ports();
    const running = await start(['--json', port as string, pagePort as string]);
    const lines = running.stdout().trimEnd().split('\n');
    expect(lines.map((it) => JSON.parse(it))).toEqual([
      {
        receiver: `http://127.0.0.1:${port?.split('=')[1]}`,
        page: `http://127.0.0.1:${pagePort?.split('=')[1]}/`,
      },
    ]);
  });

  it('lets the system choose ports at 0, and says which', async () => {
    const [one, other] = [await start(ANY_PORTS), await start([...ANY_PORTS, '--json'])];
    const { receiver, page } = JSON.parse(other.stdout());
    const addresses = [...one.stdout().matchAll(/(?<=: +)http:\S+?(?=\/?(?:\n| ))/g)].map(
      ([it]) => it,
    );
    const ports = [...addresses, receiver, page].map((it) => Number(new URL(it).port));
    expect(new Set(ports).size).toBe(4);
    for (const port of ports) expect(port).toBeGreaterThan(0);
    expect(one.stdout()).toContain(`OTEL_EXPORTER_OTLP_ENDPOINT=${addresses[1]}\n`);
    expect((await post({ receiverUrl: receiver }, REQUEST)).status).toBe(200);
    expect((await send(page)).status).toBe(200);
  });

  it('takes the token from the environment, and tells services how to send it', async () => {
    const token = 'a-token-of-the-environment';
    const args = await ports();
    const running = await start(args, { METERBOOK_LIVE_TOKEN: token });
    expect(running.stdout()).toContain(
      `OTEL_EXPORTER_OTLP_HEADERS=Authorization=Bearer%20${token}`,
    );
    const [receiverUrl = ''] = /(?<=OTEL_EXPORTER_OTLP_ENDPOINT=)\S+/.exec(running.stdout()) ?? [];
    expect((await post({ receiverUrl }, REQUEST)).status).toBe(401);
    const headers = { authorization: `Bearer ${token}` };
    expect((await post({ receiverUrl }, REQUEST, headers)).status).toBe(200);
  });

  it('--keep brings back what came in before', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'meterbook-live-'));
    open.push({ close: () => rmSync(folder, { recursive: true }) });
    const args = [...(await ports()), '--json', `--keep=${join(folder, 'kept')}`];
    const first = await start(args);
    const { receiver } = JSON.parse(first.stdout());
    expect((await post({ receiverUrl: receiver }, REQUEST)).status).toBe(200);
    await first.stop();
    const second = await start(args);
    const { page } = JSON.parse(second.stdout());
    const health = JSON.parse((await send(`${page}api/health`)).text);
    expect(health).toMatchObject({ points: 0, restoredPoints: 1 });
    const answer = JSON.parse((await send(`${page}api/answer?view=catalogue`)).text);
    expect(answer.services).toMatchObject([{ name: 'shop' }]);
    const third = await run(['live', ...(await ports()), `--keep=${join(folder, 'kept')}`]);
    expect(third).toMatchObject({ code: 1, stdout: '' });
    expect(third.stderr).toContain(`is in use by the process ${process.pid}`);
  });

  it('--open opens the page, or says that it cannot', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'meterbook-open-'));
    open.push({ close: () => rmSync(folder, { recursive: true }) });
    vi.stubEnv('PATH', folder);
    const without = await start([...(await ports()), '--open', '--json']);
    await until('it says so', () => without.stderr() !== '');
    expect(JSON.parse(without.stderr())).toEqual({
      note: expect.stringMatching(/ is not there to open the page. Open it by hand.$/),
    });
    const opened = join(folder, 'opened');
    for (const name of ['xdg-open', 'open']) {
      writeFileSync(join(folder, name), `#!/bin/sh\necho "$1" > '${opened}'\n`, { mode: 0o755 });
    }
    const running = await start([...(await ports()), '--open', '--json']);
    const { page } = JSON.parse(running.stdout());
    await until('it is open', () => existsSync(opened) && readFileSync(opened, 'utf8') !== '');
    expect(readFileSync(opened, 'utf8')).toBe(`${page}\n`);
  });

  it('says who may have the port that it wants', async () => {
    const taken: Server = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    open.push({ close: () => taken.close() });
    const { port } = taken.address() as AddressInfo;
    const { code, stderr } = await run(['live', `--port=${port}`]);
    expect(code).toBe(1);
    expect(stderr).toBe(
      `meterbook: 127.0.0.1:${port} is in use: an OpenTelemetry Collector may have it, or another meterbook live. End that, or choose another port with --port.\n`,
    );
  });

  it.each([
    [['--port=-1'], '--port cannot be "-1".'],
    [['--port', '65536'], 'Use a whole number from 1 to 65535, or 0 for any port that is free.'],
    [['--page-port', '1e3'], '--page-port cannot be "1e3".'],
    [['--memory', 'much'], '--memory cannot be "much".'],
    [['--minutes', '-1'], '--minutes needs a value.'],
    [['--trace-url', 'javascript:alert({traceId})'], '--trace-url cannot be'],
    [['--trace-url', 'https://traces.example/'], 'with {traceId} in it'],
    [['--export', 'metrics'], '--export is of a module.'],
    [['--page', '1'], 'There is no option --page.'],
    [['extra'], 'takes no argument "extra"'],
  ])('refuses %j', async (args, message) => {
    const { code, stdout, stderr } = await run(['live', ...args]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(message);
    expect(stderr).toMatch(/^meterbook: [^\n]+\.\n$/);
  });

  it('refuses a token that anybody guesses', async () => {
    const { code, stderr } = await run(['live', '--token', 'abc']);
    expect(code).toBe(1);
    expect(stderr).toContain('Use 16 to 256 letters');
    expect(stderr).not.toContain('abc');
  });
});
