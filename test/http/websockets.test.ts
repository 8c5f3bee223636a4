import { EventEmitter, once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { agentMetrics } from '../../src/agent/index.js';
import { observeWebSockets } from '../../src/http/index.js';
import { counter, defineRegistry, MeterbookError } from '../../src/index.js';
import { testRegistry } from '../../src/testing/index.js';

const cleanUps: (() => void)[] = [];
afterEach(() => {
  for (const cleanUp of cleanUps.splice(0).reverse()) cleanUp();
});

async function startServer() {
  const registry = testRegistry(agentMetrics);
  const server = createServer();
  const sockets = new WebSocketServer({ server });
  const observation = observeWebSockets(sockets, {
    registry,
    route: ({ url }) => (url?.startsWith('/v1/agents/') ? '/v1/agents/:id/events' : undefined),
    context: (headers) => ({
      'organization.id': (headers as Record<string, string>)['x-organization-id'],
      'tenant.id': 'undeclared',
    }),
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  cleanUps.push(() => {
    for (const socket of sockets.clients) socket.terminate();
    server.close();
  });
  const url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}/v1/agents/a-1/events`;
  const open = async (organization: string) => {
    const client = new WebSocket(url, { headers: { 'x-organization-id': organization } });
    await once(client, 'open');
    return client;
  };
  return { registry, sockets, observation, open };
}

const of = (organization: string) => ({
  'http.route': '/v1/agents/:id/events',
  'organization.id': organization,
});

describe('observeWebSockets', () => {
  it('counts sessions while they are open, and their duration at the end', async () => {
    const { registry, open } = await startServer();
    const clients = [await open('one'), await open('one'), await open('two')];
    const active = registry.websocketSessionsActive;
    expect(await active.read(of('one'))).toBe(2);
    expect(await active.read(of('two'))).toBe(1);
    for (const client of clients) client.close(1000);
    await vi.waitFor(async () => expect(await active.total()).toBe(0));
    const { count, sum } = (await registry.websocketSessionDuration.read(of('one'))) ?? {};
    expect(count).toBe(2);
    expect(sum).toBeGreaterThan(0);
    expect(await registry.websocketDisconnects.total()).toBe(0);
    expect(registry.dropped()).toEqual([]);
  });

  it('tells sessions that were lost from those that were closed', async () => {
    const { registry, open } = await startServer();
    const [lost, left, shut] = [await open('one'), await open('one'), await open('one')];
    lost.terminate();
    left.close(1001, 'going away');
    shut.close();
    const active = registry.websocketSessionsActive;
    await vi.waitFor(async () => expect(await active.read(of('one'))).toBe(0));
    expect(await registry.websocketDisconnects.read(of('one'))).toBe(1);
  });

  it('leaves the sessions alone: messages and listeners are the same', async () => {
    const { sockets, open } = await startServer();
    sockets.on('connection', (socket) =>
      socket.on('message', (data) => socket.send(`got ${data}`)),
    );
    const client = await open('one');
    client.send('hello');
    const [data] = await once(client, 'message');
    expect(String(data)).toBe('got hello');
  });

  it('sees no new sessions after stop(), and ends those that are open', async () => {
    const { registry, observation, open } = await startServer();
    const before = await open('one');
    observation.stop();
    observation.stop();
    await open('one');
    before.close();
    const duration = registry.websocketSessionDuration;
    await vi.waitFor(async () => expect((await duration.read(of('one')))?.count).toBe(1));
    expect(await registry.websocketSessionsActive.read(of('one'))).toBe(0);
  });

  it('does not let its own failures reach the server', () => {
    const registry = testRegistry(agentMetrics);
    const server = new EventEmitter();
    const failing = () => {
      throw new Error('route of a request that is broken');
    };
    observeWebSockets(server, { registry, route: failing });
    expect(() => server.emit('connection', new EventEmitter(), { headers: {} })).not.toThrow();
  });

  it('refuses what is no server, and a registry without the instruments', () => {
    expect(() => observeWebSockets({} as never)).toThrow(MeterbookError);
    expect(() => observeWebSockets(undefined as never)).toThrow(
      /observeWebSockets\(\) was given undefined/,
    );
    const other = defineRegistry({
      scope: { name: 'other' },
      instruments: { hits: counter({ name: 'hits', unit: '1', attributes: {} }) },
    });
    expect(() => observeWebSockets(new EventEmitter(), { registry: other as never })).toThrow(
      /"websocketSessionsActive": observeWebSockets\(\) needs an upDownCounter/,
    );
  });
});
