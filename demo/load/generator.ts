import { type ClientRequest, Agent as HttpAgent, request as httpRequest } from 'node:http';
import { exponential, seededRandom } from '../random.js';
import type { Agent } from '../service/tenants.js';
import { type PlannedRequest, planRequest } from './traffic.js';

/** What the callers saw. */
export interface LoadResult {
  readonly sent: number;
  /** Answers by status; 0 for a connection that was cut, by either side. */
  readonly statuses: ReadonlyMap<number, number>;
}

/** A running load generator. */
export interface Load {
  /** Requests that wait for their answer. */
  readonly underWay: number;
  /** Sends nothing more and resolves once every answer is there, or cut after the deadline. */
  stop(deadlineMillis: number): Promise<LoadResult>;
}

/**
 * Sends requests at `rate` per second on average, whether or not earlier ones have been answered
 * (an open loop: a slow service does not slow its callers down). Arrivals are random, as those of
 * many independent callers are; connections are kept alive.
 */
export function startLoad(
  url: string,
  rate: number,
  agents: readonly [Agent, ...Agent[]],
  seed = 2,
): Load {
  const random = seededRandom(seed);
  const httpAgent = new HttpAgent({ keepAlive: true });
  const underWay = new Map<ClientRequest, Promise<void>>();
  const statuses = new Map<number, number>();
  let sent = 0;
  let next = performance.now() + exponential(random, 1000 / rate);
  let timer: NodeJS.Timeout;

  function send(): void {
    sent += 1;
    const { request, status } = exchange(url, httpAgent, planRequest(random, agents));
    const answered = status.then((code) => {
      statuses.set(code, (statuses.get(code) ?? 0) + 1);
      underWay.delete(request);
    });
    underWay.set(request, answered);
  }

  function tick(): void {
    const now = performance.now();
    while (next <= now) {
      send();
      next += exponential(random, 1000 / rate);
    }
    timer = setTimeout(tick, Math.max(1, next - now));
  }
  timer = setTimeout(tick, 0);

  return {
    get underWay() {
      return underWay.size;
    },
    async stop(deadlineMillis) {
      clearTimeout(timer);
      const deadline = setTimeout(() => {
        for (const request of underWay.keys()) request.destroy();
      }, deadlineMillis);
      await Promise.all(underWay.values());
      clearTimeout(deadline);
      httpAgent.destroy();
      return { sent, statuses };
    },
  };
}

/** Sends one request. Its status never rejects: it is 0 if the connection was cut. */
function exchange(
  url: string,
  agent: HttpAgent,
  plan: PlannedRequest,
): { request: ClientRequest; status: Promise<number> } {
  const { method, path, body, hangUpAfterMillis } = plan;
  const length = body === undefined ? {} : { 'content-length': Buffer.byteLength(body) };
  const headers = { ...plan.headers, ...length };
  const request = httpRequest(new URL(path, url), { agent, method, headers });
  const status = new Promise<number>((resolve) => {
    request.on('response', (response) => {
      response.resume();
      response.on('end', () => resolve(response.statusCode ?? 0));
      response.on('error', () => resolve(0));
    });
    request.on('error', () => resolve(0));
    request.on('close', () => resolve(0));
  });
  if (hangUpAfterMillis !== undefined) {
    const hangUp = setTimeout(() => request.destroy(), hangUpAfterMillis);
    void status.then(() => clearTimeout(hangUp));
  }
  request.end(body);
  return { request, status };
}
