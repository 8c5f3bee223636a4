import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { addAttributes } from '../../src/index.js';
import type { JobTimings } from '../../src/jobs/index.js';
import { seededRandom } from '../random.js';
import type { Recording } from '../recording.js';
import { Admission } from './admission.js';
import { type ServiceContext, sendJson } from './context.js';
import { answerMessage, answerMessageStream } from './messages.js';
import { MODELS, type ModelName, slowed } from './models.js';
import { AgentStore } from './store.js';
import { type Agent, allAgents } from './tenants.js';

/** A running agent service. */
export interface AgentService {
  /** Where it listens: `http://127.0.0.1:port`. */
  readonly url: string;
  /** Stops listening and waits until what goes on has ended and is recorded. */
  close(): Promise<void>;
}

type Handler = (
  context: ServiceContext,
  request: IncomingMessage,
  response: ServerResponse,
  agent: Agent,
) => Promise<void>;

interface Route {
  readonly method: string;
  readonly route: string;
  readonly pattern: RegExp;
  /** Left out where there is nothing to do. */
  readonly handle?: Handler;
}

const ROUTES: readonly Route[] = [
  {
    method: 'POST',
    route: '/v1/agents/:id/messages',
    pattern: /^\/v1\/agents\/([^/]+)\/messages$/,
    handle: answerMessage,
  },
  {
    method: 'POST',
    route: '/v1/agents/:id/messages/stream',
    pattern: /^\/v1\/agents\/([^/]+)\/messages\/stream$/,
    handle: answerMessageStream,
  },
  {
    method: 'GET',
    route: '/v1/agents/:id',
    pattern: /^\/v1\/agents\/([^/]+)$/,
    handle: async (_context, _request, response, agent) =>
      sendJson(response, 200, { id: agent.id, project: agent.project, model: agent.model }),
  },
  { method: 'GET', route: '/healthz', pattern: /^\/healthz$/ },
];

/** The templates of the service's endpoints, for what measures them: it has no framework to ask. */
export const ROUTE_TEMPLATES: readonly string[] = ROUTES.map((one) => `${one.method} ${one.route}`);

/** Settings of the service. */
export interface ServiceOptions {
  /** A model that has gone slow. */
  readonly slowModel?: ModelName | undefined;
  readonly seed?: number;
}

/** How many agent runs the service lets go at a time. */
const MAX_RUNS = 512;

/** Starts the simulated agent service on a free port of the loopback. */
export async function startService(
  recording: Recording,
  timings: JobTimings,
  { slowModel, seed = 1 }: ServiceOptions = {},
): Promise<AgentService> {
  const models = { ...MODELS, ...(slowModel && { [slowModel]: slowed(MODELS[slowModel]) }) };
  const random = seededRandom(seed);
  const context: ServiceContext = {
    store: new AgentStore(allAgents(), recording, random),
    admission: new Admission(MAX_RUNS),
    recording,
    models,
    timings,
    random,
  };
  const underWay = new Set<Promise<void>>();
  const server = createServer((request, response) => {
    const served = serve(context, request, response).finally(() => underWay.delete(served));
    underWay.add(served);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  recording.ready(true);
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      recording.ready(false);
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeIdleConnections();
      });
      await Promise.all(underWay);
    },
  };
}

/** Handles one request. That it is measured is the business of `observeHttpServer` in demo/run.ts. */
async function serve(
  context: ServiceContext,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  context.recording.requestArrived();
  const method = request.method ?? '';
  const path = request.url?.split('?')[0] ?? '';
  const found = ROUTES.find((route) => route.method === method && route.pattern.test(path));
  const id = found?.pattern.exec(path)?.[1] ?? '';
  // What else is known of the caller comes from the headers; the agent is known from here on.
  if (context.store.has(id)) addAttributes({ 'agent.id': id });
  try {
    if (found === undefined) sendJson(response, 404, { error: 'no such route' });
    else if (found.handle === undefined) sendJson(response, 200, { ready: true });
    else {
      const agent = await context.store.find(id);
      if (agent === undefined) sendJson(response, 404, { error: 'no such agent' });
      else await found.handle(context, request, response, agent);
    }
  } catch (error) {
    sendJson(response, 500, { error: (error as Error).message });
  }
}
