import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import {
  type AssembleOptions,
  assembleLive,
  type Live,
  type LiveParts,
} from '../../../src/live/assemble.js';
import type { DecodedResourceMetrics } from '../../../src/live/otlp/types.js';
import type { Answer, Asking } from '../../../src/live/protocol.js';

/** What was added to a store that keeps everything. */
export interface Added {
  readonly resources: readonly DecodedResourceMetrics[];
  readonly receivedAt: number;
}

/** A live view around a store of the test's own. */
export interface Assembled extends Live {
  readonly added: readonly Added[];
  /** How many answers were computed. */
  computed(): number;
  /** All points, of every kind, in the order in which they came. */
  points(): readonly unknown[];
}

/**
 * Starts a live view on free ports, around a store that keeps what it is given: the parts between the
 * network and the store are looked at alone.
 */
export async function assemble(
  options: Partial<AssembleOptions> = {},
  parts: Partial<LiveParts> = {},
): Promise<Assembled> {
  const added: Added[] = [];
  let computed = 0;
  const live = await assembleLive(
    { port: 0, pagePort: 0, maxSeconds: 3_600, ...options },
    {
      add: (resources, receivedAt) => {
        added.push({ resources, receivedAt });
        return { rejectedPoints: 0 };
      },
      ask: askingOf,
      answer: (asking, { refused }) => {
        computed += 1;
        return answerOf(asking, refused);
      },
      assets: [
        { path: '/', type: 'text/html; charset=utf-8', content: '<!doctype html><title>t</title>' },
        { path: '/page.js', type: 'text/javascript; charset=utf-8', content: '1;' },
      ],
      ...parts,
    },
  );
  return {
    ...live,
    added,
    computed: () => computed,
    points: () =>
      added.flatMap(({ resources }) =>
        resources.flatMap(({ scopes }) =>
          scopes.flatMap(({ metrics }) => metrics.flatMap(({ points }) => [...points])),
        ),
      ),
  };
}

function askingOf(query: URLSearchParams): Asking {
  const view = query.get('view') ?? 'overview';
  if (view === 'nonsense') throw new Error('there is no view "nonsense"');
  return { view, rangeSeconds: 300, services: query.getAll('service'), filters: [] };
}

function answerOf(asking: Asking, refused: Readonly<Record<string, number>>): Answer {
  return {
    at: 1,
    from: 0,
    to: 1,
    stepMillis: 1,
    times: [1],
    views: [],
    services: [],
    attributes: [],
    history: {
      oldest: undefined,
      series: 0,
      bytes: 0,
      maxBytes: 1,
      maxSeconds: 1,
      pointsPerMinute: 0,
      refused,
      dropped: {},
    },
    shown: { kind: 'board', title: asking.view, description: '', rows: [] },
  };
}

/** An answer to a request of a test. */
export interface Answered {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  readonly text: string;
}

/** What a test sends. `fetch` would not let it name another host or origin. */
export interface Sent {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | string;
}

/** Sends a request as it is told to, and reads the answer to its end. */
export function send(
  url: string,
  { method = 'GET', headers = {}, body }: Sent = {},
): Promise<Answered> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(url, { method, headers, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        const all = Buffer.concat(chunks);
        const { statusCode: status = 0 } = response;
        resolve({ status, headers: response.headers, body: all, text: all.toString() });
      });
      response.on('error', reject);
    });
    request.on('error', reject);
    request.end(body);
  });
}

/** Sends a body to the receiver. */
export function post(
  live: Pick<Live, 'receiverUrl'>,
  body: Uint8Array | string,
  headers: Readonly<Record<string, string>> = {},
  path = '/v1/metrics',
): Promise<Answered> {
  return send(`${live.receiverUrl}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-protobuf', ...headers },
    body,
  });
}
