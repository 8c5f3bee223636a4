import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startLoad } from '../../demo/load/generator.js';
import { planRequest } from '../../demo/load/traffic.js';
import { chance, exponential, logNormal, pick, seededRandom } from '../../demo/random.js';
import type { FinishedJob, FinishedModelCall, Recording } from '../../demo/recording.js';
import { Admission } from '../../demo/service/admission.js';
import { type AgentService, ROUTE_TEMPLATES, startService } from '../../demo/service/server.js';
import { allAgents } from '../../demo/service/tenants.js';
import { agentMetrics } from '../../src/agent/index.js';
import {
  type HttpServerObservation,
  headerContext,
  observeHttpServer,
} from '../../src/http/index.js';
import { createJobTimings, type JobTimings, pgliteStore } from '../../src/jobs/index.js';
import { type WatchedRegistry, watchRegistry } from '../../src/testing/index.js';

const QUICK = '/v1/agents/north-billing-1';

/** Writes down what the service says of itself. */
class Notes {
  readonly said: string[] = [];
  readonly jobs: FinishedJob[] = [];
  readonly modelCalls: FinishedModelCall[] = [];

  readonly recording = new Proxy({} as Recording, {
    get: (_, event: string) => (first: unknown) => {
      this.said.push(event);
      if (event === 'job') this.jobs.push(first as FinishedJob);
      if (event === 'modelCalled') this.modelCalls.push(first as FinishedModelCall);
      return () => this.said.push(`${event} ended`);
    },
  });

  count(event: string): number {
    return this.said.filter((one) => one === event).length;
  }
}

let timings: JobTimings;

beforeAll(async () => {
  timings = createJobTimings({ store: await pgliteStore() });
});

afterAll(() => timings.close());

let notes: Notes;
let service: AgentService;
let watched: WatchedRegistry<typeof agentMetrics>;
let observation: HttpServerObservation;

beforeEach(async () => {
  notes = new Notes();
  watched = watchRegistry(agentMetrics);
  observation = observeHttpServer({
    routes: ROUTE_TEMPLATES,
    context: headerContext({ trust: true }),
  });
  service = await startService(notes.recording, timings);
});

afterEach(async () => {
  await service.close();
  observation.stop();
  watched.stopWatching();
});

/** What has been measured of requests since the test began, by route. */
async function requests(): Promise<readonly [route: unknown, status: unknown, error: unknown][]> {
  const series = await watched.httpServerRequests.readAll();
  return series.map(({ attributes }) => [
    attributes['http.route'],
    attributes['http.response.status_code'],
    attributes['error.type'],
  ]);
}

function post(path: string, body: string, signal?: AbortSignal): Promise<Response> {
  return fetch(service.url + path, { method: 'POST', body, signal: signal ?? null });
}

describe('the agent service', () => {
  it('answers a message once the agent has finished, and records the job', async () => {
    const answer = await post(`${QUICK}/messages`, '{"text":"hi","fileBytes":[1000]}');
    expect(answer.status).toBe(200);
    expect(await answer.json()).toEqual({ text: expect.stringMatching(/\w/) });
    await service.close();

    expect(await requests()).toEqual([['/v1/agents/:id/messages', 200, undefined]]);
    const [request] = await watched.httpServerRequestDuration.readAll();
    expect(request?.attributes['agent.id']).toBe('north-billing-1');
    const [job] = notes.jobs;
    expect(job).toMatchObject({ model: 'm-small', outcome: 'completed', streamed: false });
    expect(job?.firstToken).toBeGreaterThan(0n);
    await timings.flush();
    const [stored] = (await timings.list({ limit: 1 })).jobs;
    expect(stored).toMatchObject({
      agentId: 'north-billing-1',
      outcome: 'completed',
      type: 'message',
    });
    expect(stored?.totalDurationNs).toBeGreaterThan(stored?.ttftNs ?? 0n);
    expect((await watched.jobDuration.readAll())[0]?.value.sum).toBe(
      Number(stored?.totalDurationNs) / 1e9,
    );
    expect(job?.cost).toBeGreaterThan(0);
    expect(notes.count('file')).toBe(1);
    expect(notes.count('userMessage')).toBe(1);
    expect([notes.count('runStarted'), notes.count('runStarted ended')]).toEqual([1, 1]);
    const { count } = (await watched.genAiInvokeAgentDuration.readAll())[0]?.value ?? {};
    expect([count, notes.count('agentInvoked')]).toEqual([1, 1]);
    const sumOf = async (
      instrument: 'genAiInvokeAgentInferenceCalls' | 'genAiInvokeAgentToolCalls',
    ) => (await watched[instrument].readAll())[0]?.value.sum;
    expect(await sumOf('genAiInvokeAgentInferenceCalls')).toBe(notes.count('modelCalled'));
    expect(await sumOf('genAiInvokeAgentToolCalls')).toBe(notes.count('toolCalled'));
    expect(await watched.genAiClientOperationDuration.total()).toBe(notes.count('modelCalled'));
    expect(await watched.agentStepDuration.total()).toBe(notes.count('stepTaken'));
    expect(await watched.genAiClientTokenUsage.total()).toBe(2 * notes.count('modelCalled'));
  });

  it('streams the same piece by piece', async () => {
    const answer = await post(`${QUICK}/messages/stream`, '{"text":"hi"}');
    expect(answer.headers.get('content-type')).toBe('text/event-stream');
    const chunks: string[] = [];
    for await (const chunk of answer.body ?? []) chunks.push(Buffer.from(chunk).toString('utf8'));
    expect(chunks.length).toBeGreaterThan(2);
    expect(chunks[0]).toMatch(/^event: text\ndata: "/);
    expect(chunks.join('')).toMatch(/event: done\ndata: \{\}\n\n$/);
    await service.close();
    expect(notes.jobs).toMatchObject([{ streamed: true, outcome: 'completed' }]);
    expect([notes.count('streamBegan'), notes.count('streamLeft')]).toEqual([1, 0]);
    expect(await watched.sseSessionDuration.total()).toBe(1);
    expect(await watched.sseDisconnects.total()).toBe(0);
    expect(await watched.httpServerTimeToFirstByte.total()).toBe(1);
  });

  it('notices a caller that hangs up', async () => {
    const hangUp = new AbortController();
    const answer = await post(`${QUICK}/messages/stream`, '{"text":"hi"}', hangUp.signal);
    hangUp.abort();
    await expect(answer.text()).rejects.toThrow();
    await service.close();
    expect(notes.jobs).toMatchObject([{ outcome: 'cancelled' }]);
    expect(await requests()).toEqual([['/v1/agents/:id/messages/stream', 200, 'aborted']]);
    expect([notes.count('streamBegan'), notes.count('streamLeft')]).toEqual([1, 1]);
    expect(await watched.sseDisconnects.total()).toBe(1);
    expect(await watched.sseSessionsActive.total()).toBe(0);
    expect(notes.count('runStarted ended')).toBe(1);
    const [model] = await watched.genAiClientOperationDuration.readAll();
    expect(model?.attributes['error.type']).toMatch(/^(cancelled|abandoned)$/);
  });

  it('answers what is wrong, and names no route where there is none', async () => {
    expect((await post(`${QUICK}/messages`, '{"text"')).status).toBe(400);
    expect((await post('/v1/agents/nobody/messages', '{"text":"hi"}')).status).toBe(404);
    expect((await fetch(`${service.url}/elsewhere/42`)).status).toBe(404);
    expect((await fetch(`${service.url}/healthz`)).status).toBe(200);
    expect((await fetch(service.url + QUICK)).status).toBe(200);
    await service.close();
    expect(await requests()).toEqual([
      ['/v1/agents/:id/messages', 400, undefined],
      ['/v1/agents/:id/messages', 404, undefined],
      [undefined, 404, undefined],
      ['/healthz', 200, undefined],
      ['/v1/agents/:id', 200, undefined],
    ]);
    expect(notes.jobs).toEqual([]);
  });
});

describe('the load', () => {
  it('keeps its rate and counts every answer', async () => {
    const load = startLoad(service.url, 100, allAgents());
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    const { sent, statuses } = await load.stop(10_000);
    expect(sent).toBeGreaterThan(50);
    expect(sent).toBeLessThan(160);
    expect([...statuses.values()].reduce((a, b) => a + b, 0)).toBe(sent);
    expect(load.underWay).toBe(0);
    await service.close();
    expect(notes.count('requestArrived')).toBe(sent);
    expect(await watched.httpServerRequests.total()).toBe(sent);
    expect(await watched.httpServerActiveRequests.total()).toBe(0);
  });

  it('asks in every way, from every organization', () => {
    const random = seededRandom(1);
    const plans = Array.from({ length: 2_000 }, () => planRequest(random, allAgents()));
    expect(new Set(plans.map((plan) => plan.headers['x-organization-id'])).size).toBe(6);
    expect(plans.some((plan) => plan.hangUpAfterMillis !== undefined)).toBe(true);
    expect(plans.some((plan) => plan.path.endsWith('/stream'))).toBe(true);
    expect(plans.some((plan) => plan.path.startsWith('/wp-login'))).toBe(true);
  });
});

describe('admission', () => {
  it('lets so many in at a time, in order', async () => {
    const admission = new Admission(1);
    const order: string[] = [];
    await admission.enter();
    const second = admission.enter().then(() => order.push('second'));
    const third = admission.enter().then(() => order.push('third'));
    await Promise.resolve();
    expect(order).toEqual([]);
    admission.leave();
    await second;
    expect(order).toEqual(['second']);
    admission.leave();
    await third;
    admission.leave();
    await admission.enter();
  });
});

describe('random numbers', () => {
  it('repeat with the seed and spread as said', () => {
    const [one, same, other] = [seededRandom(1), seededRandom(1), seededRandom(2)];
    expect(one()).toBe(same());
    expect(one()).not.toBe(other());
    const spread = Array.from({ length: 20_000 }, () => logNormal(one, 3, 0.5)).sort(
      (a, b) => a - b,
    );
    expect(spread[10_000]).toBeCloseTo(3, 1);
    expect(spread[16_827]).toBeCloseTo(3 * Math.exp(0.5), 0);
    const waits = Array.from({ length: 20_000 }, () => exponential(one, 5));
    expect(waits.reduce((a, b) => a + b, 0) / waits.length).toBeCloseTo(5, 0);
    const yes = Array.from({ length: 20_000 }, () => chance(one, 0.25)).filter(Boolean).length;
    expect(yes / 20_000).toBeCloseTo(0.25, 1);
    const picked = Array.from({ length: 4_000 }, () => pick(one, [{ weight: 1 }, { weight: 3 }]));
    expect(picked.filter((choice) => choice.weight === 3).length / 4_000).toBeCloseTo(0.75, 1);
  });
});
