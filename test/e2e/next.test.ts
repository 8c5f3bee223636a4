import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Accumulator } from '../../demo/received/accumulator.js';
import { type Receiver, startReceiver } from '../../demo/receiver.js';
import { type Child, startNode } from '../support/child.js';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** It may have to install Next and to build meterbook and the application, on a machine with other work. */
const START_MILLIS = 400_000;
const END_MILLIS = 60_000;

/** How the points of a metric count, by the values of some attributes. */
function counts(received: Accumulator, metric: string, ...keys: readonly string[]) {
  const all: Record<string, number> = {};
  for (const { attributes, total } of received.series(metric)) {
    const name = keys.map((key) => String(attributes[key] ?? '-')).join(' ');
    all[name] = (all[name] ?? 0) + (typeof total === 'number' ? total : total.count);
  }
  return all;
}

describe('the example of Next, built and served by Next', () => {
  let receiver: Receiver;
  let child: Child;
  let url: string;

  beforeAll(async () => {
    receiver = await startReceiver();
    const tsx = [`${root}node_modules/tsx/dist/cli.mjs`, '--tsconfig'];
    child = startNode(
      [...tsx, `${root}examples/tsconfig.json`, `${root}examples/run.ts`, 'next'],
      { PORT: '0', OTEL_EXPORTER_OTLP_ENDPOINT: new URL(receiver.url).origin },
      START_MILLIS + END_MILLIS,
    );
    const line = await child.said(/^Listening\. Try: curl/);
    url = new URL(/http:\/\/\S+/.exec(line)?.[0] ?? '').origin;
  }, START_MILLIS);

  afterAll(async () => {
    // Not SIGKILL: it would leave Next's server, which is a process of its own.
    child.process.kill('SIGTERM');
    await child.ended;
    await receiver.close();
  });

  it(
    'records what its routes answer, and its own instruments, in the registries that are set up',
    async () => {
      const chat = (body: object) =>
        fetch(`${url}/api/chat`, { method: 'POST', body: JSON.stringify(body) });
      const statuses = [];
      for (const id of ['7', '8', '0']) {
        const answer = await fetch(`${url}/api/users/${id}`);
        await answer.text();
        statuses.push(answer.status);
      }
      expect(statuses).toEqual([200, 200, 404]);
      expect(await (await chat({ question: 'What takes time?' })).text()).toBe(
        'Good things take time.\n',
      );
      expect((await chat({})).status).toBe(400);

      // What was recorded last is sent at the end, whenever the last export was.
      child.process.kill('SIGTERM');
      await child.ended;
      const received = new Accumulator();
      for (const { resourceMetrics } of receiver.requests) received.add(resourceMetrics);

      const endpoint = ['http.request.method', 'http.route', 'http.response.status_code'] as const;
      const requests = {
        'GET /api/users/[id] 200': 2,
        'GET /api/users/[id] 404': 1,
        'POST /api/chat 200': 1,
        'POST /api/chat 400': 1,
      };
      expect(counts(received, 'http.server.request.duration', ...endpoint)).toEqual(requests);
      expect(counts(received, 'http.server.requests', ...endpoint)).toEqual(requests);
      expect(counts(received, 'http.server.time_to_first_byte', 'http.route')).toMatchObject({
        '/api/chat': expect.any(Number),
      });
      expect(counts(received, 'shop.user.lookups', 'shop.user.found')).toEqual({
        true: 2,
        false: 1,
      });

      // The stream has three pauses of 50 ms, and is measured to its end.
      const streamed = received
        .series('http.server.request.duration')
        .find(
          ({ attributes }) =>
            attributes['http.route'] === '/api/chat' &&
            attributes['http.response.status_code'] === 200,
        );
      if (typeof streamed?.total !== 'object') throw new Error('no duration of the stream');
      expect(streamed.total.sum).toBeGreaterThan(0.1);
    },
    END_MILLIS,
  );
});
