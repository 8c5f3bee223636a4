import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { Accumulator } from '../../demo/received/accumulator.js';
import { type Receiver, startReceiver } from '../../demo/receiver.js';
import { type Child, startNode } from '../support/child.js';

/** Loading and compiling an example takes a few seconds where the machine has other work. */
const LIMIT_MILLIS = 60_000;

const root = fileURLToPath(new URL('../..', import.meta.url));

/** What `npm run example -- NAME` runs, without npm. */
function commandOf(name: string): readonly string[] {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    readonly scripts: Readonly<Record<string, string>>;
  };
  const [tool, ...args] = (scripts['example'] ?? '').split(' ');
  expect(tool).toBe('tsx');
  return [join(root, 'node_modules/tsx/dist/cli.mjs'), ...args, ...(name === '' ? [] : [name])];
}

const running: { readonly receiver: Receiver; readonly child: Child }[] = [];

afterEach(async () => {
  for (const { receiver, child } of running.splice(0)) {
    child.process.kill('SIGKILL');
    await receiver.close();
  }
});

async function start(name: string, env: Readonly<Record<string, string>> = {}) {
  const receiver = await startReceiver();
  const child = startNode(
    commandOf(name),
    { PORT: '0', OTEL_EXPORTER_OTLP_ENDPOINT: new URL(receiver.url).origin, ...env },
    LIMIT_MILLIS,
  );
  running.push({ receiver, child });
  return { receiver, child };
}

/** The address that an example says it can be tried at. */
async function urlOf(child: Child): Promise<string> {
  const line = await child.said(/^Listening\. Try: curl/);
  return new URL(/http:\/\/[^\s']+/.exec(line)?.[0] ?? '').origin;
}

/** Ends it as an orchestrator does, and gives what had arrived by then. */
async function endOf(child: Child, receiver: Receiver): Promise<Accumulator> {
  child.process.kill('SIGTERM');
  await child.ended;
  return receivedBy(receiver);
}

function receivedBy({ requests }: Receiver): Accumulator {
  const received = new Accumulator();
  for (const { resourceMetrics } of requests) received.add(resourceMetrics);
  return received;
}

/** Counts of a histogram or sums of a counter, by the values of some attributes. */
function counts(
  received: Accumulator,
  metric: string,
  ...keys: readonly string[]
): Readonly<Record<string, number>> {
  const all: Record<string, number> = {};
  for (const { attributes, total } of received.series(metric)) {
    const name = keys.map((key) => String(attributes[key] ?? '-')).join(' ');
    all[name] = (all[name] ?? 0) + (typeof total === 'number' ? total : total.count);
  }
  return all;
}

const DURATION = 'http.server.request.duration';
const BY_ROUTE = ['http.route', 'http.response.status_code'] as const;

// Next, which has to be installed first, is tried in test/e2e/next.test.ts.
describe('each example starts with one command, and what it measures arrives', () => {
  it(
    'express',
    async () => {
      const { receiver, child } = await start('express');
      const url = await urlOf(child);
      for (const id of [7, 8, 0]) await (await fetch(`${url}/orders/${id}`)).text();
      expect(await (await fetch(`${url}/chat`)).text()).toBe('Good things take time.\n');
      await fetch(`${url}/healthz`);
      const received = await endOf(child, receiver);
      expect(counts(received, DURATION, ...BY_ROUTE)).toEqual({
        '/orders/:id 200': 2,
        '/orders/:id 404': 1,
        '/chat 200': 1,
      });
      expect(Object.keys(counts(received, 'nodejs.eventloop.utilization'))).not.toEqual([]);
    },
    LIMIT_MILLIS,
  );

  it(
    'fastify',
    async () => {
      const { receiver, child } = await start('fastify');
      const url = await urlOf(child);
      const headers = { 'content-type': 'application/json' };
      for (const items of [3, 4]) {
        const body = JSON.stringify({ items });
        await (await fetch(`${url}/orders`, { method: 'POST', headers, body })).text();
      }
      await (await fetch(`${url}/orders/7`)).text();
      const received = await endOf(child, receiver);
      expect(counts(received, DURATION, ...BY_ROUTE)).toEqual({
        '/orders 200': 2,
        '/orders/:id 200': 1,
      });
      expect(counts(received, 'shop.items.ordered', 'shop.channel')).toEqual({ web: 7 });
    },
    LIMIT_MILLIS,
  );

  it(
    'hono',
    async () => {
      const { receiver, child } = await start('hono');
      const url = await urlOf(child);
      const headers = { 'x-organization-id': 'org-1' };
      await (await fetch(`${url}/agents/7`, { headers })).text();
      await (await fetch(`${url}/broken`)).text();
      const received = await endOf(child, receiver);
      expect(counts(received, DURATION, ...BY_ROUTE)).toEqual({
        '/agents/:id 200': 1,
        '/broken 500': 1,
      });
      expect(counts(received, 'http.server.requests', 'organization.id')).toEqual({
        'org-1': 1,
        '-': 1,
      });
    },
    LIMIT_MILLIS,
  );

  it(
    'nestjs',
    async () => {
      const { receiver, child } = await start('nestjs');
      const url = await urlOf(child);
      for (const id of [7, 0]) await (await fetch(`${url}/v1/orders/${id}`)).text();
      const received = await endOf(child, receiver);
      expect(counts(received, DURATION, ...BY_ROUTE)).toEqual({
        '/v1/orders/:id 200': 1,
        '/v1/orders/:id 404': 1,
      });
    },
    LIMIT_MILLIS,
  );

  it(
    'worker',
    async () => {
      const { receiver, child } = await start('worker', { JOBS: '20' });
      const { code, stdout, stderr } = await child.ended;
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      const received = receivedBy(receiver);
      expect(counts(received, 'job.duration', 'gen_ai.request.model')).toEqual({
        'm-large': 5,
        'm-small': 15,
      });
      expect(stdout.filter((line) => /^m-(large|small) /.test(line))).toHaveLength(2);
    },
    LIMIT_MILLIS,
  );

  it(
    'worker, without a word of the password of its database',
    async () => {
      const DATABASE_URL = 'postgres://somebody:secret@127.0.0.1:1/jobs';
      const { child } = await start('worker', { JOBS: '0', DATABASE_URL });
      const { stdout, stderr } = await child.ended;
      expect(stdout).toContain('Working off 0 jobs. Where the rows go: the one of DATABASE_URL.');
      expect(`${stdout}${stderr}`).not.toMatch(/secret/);
    },
    LIMIT_MILLIS,
  );

  it(
    'agent',
    async () => {
      const { receiver, child } = await start('agent', { OPENAI_API_KEY: '' });
      const { code, stdout, stderr } = await child.ended;
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(stdout.filter((line) => line === 'It is on its way.')).toHaveLength(3);
      const received = receivedBy(receiver);
      // Each question is two calls of the model with a tool between them.
      expect(counts(received, 'gen_ai.client.operation.duration', 'organization.id')).toEqual({
        'org-17': 2,
        'org-18': 2,
        'org-19': 2,
      });
      expect(counts(received, 'gen_ai.execute_tool.duration', 'gen_ai.tool.name')).toEqual({
        lookUp: 3,
      });
      expect(counts(received, 'gen_ai.invoke_agent.duration', 'gen_ai.agent.name')).toEqual({
        'order-clerk': 3,
      });
    },
    LIMIT_MILLIS,
  );

  it(
    'lists them for whoever names none',
    async () => {
      const { child } = await start('');
      const { code, stderr } = await child.ended;
      expect(code).toBe(2);
      expect(stderr).toMatch(/express.*fastify.*hono.*nestjs.*next.*worker.*agent/s);
    },
    LIMIT_MILLIS,
  );
});
