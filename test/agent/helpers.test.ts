import { describe, expect, it } from 'vitest';
import * as agent from '../../src/agent/index.js';
import {
  type AgentHelpers,
  agentHelpers,
  agentInstruments,
  agentMetrics,
} from '../../src/agent/index.js';
import { withAttributes } from '../../src/index.js';
import { testRegistry, watchRegistry } from '../../src/testing/index.js';

/** Every helper with the standard instruments in a registry of the test's own. */
function setUp(strict = true) {
  const metrics = testRegistry(agentMetrics, { strict });
  return { metrics, helpers: agentHelpers(metrics) };
}

/** A helper and a registry as this table sees them: which is which is what the tests find out. */
type AnyHelper = (value: unknown, attributes?: object) => unknown;
interface AnyInstrument {
  readAll(): Promise<readonly { readonly attributes: object; readonly value: unknown }[]>;
}
const helperOf = (helpers: object, name: string) =>
  (helpers as Readonly<Record<string, AnyHelper>>)[name] as AnyHelper;
const seriesOf = (metrics: object, property: string) =>
  ((metrics as Readonly<Record<string, AnyInstrument>>)[property] as AnyInstrument).readAll();

/** The exported names of the instruments that have measurements above zero. */
async function recordedIn(metrics: object): Promise<string[]> {
  const names: string[] = [];
  for (const [property, { name }] of Object.entries(agentInstruments)) {
    const series = await seriesOf(metrics, property);
    if (series.some(({ value }) => value !== 0)) names.push(name);
  }
  return names.sort();
}

const model = {
  'gen_ai.operation.name': 'chat',
  'gen_ai.provider.name': 'acme',
  'gen_ai.request.model': 'm-large',
  'gen_ai.response.model': 'm-large-2',
  'server.address': 'models.example.com',
} as const;
const request = { 'http.request.method': 'POST', 'url.scheme': 'https' } as const;
const pool = { 'db.client.connection.pool.name': 'main' } as const;

/** Helper, exported names of what it records, attributes. */
const DURATIONS: readonly (readonly [keyof AgentHelpers<unknown>, readonly string[], object])[] = [
  [
    'recordFirstToken',
    ['job.time_to_first_token'],
    { 'job.type': 'message', 'gen_ai.request.model': 'm-large' },
  ],
  [
    'recordJobDuration',
    ['job.duration'],
    { 'job.type': 'message', 'job.outcome': 'expired', 'gen_ai.request.model': 'm-large' },
  ],
  [
    'recordEndpoint',
    ['http.server.request.duration', 'http.server.requests'],
    {
      ...request,
      'http.route': '/v1/agents/:id',
      'http.response.status_code': 503,
      'error.type': '503',
      'network.protocol.version': '1.1',
    },
  ],
  [
    'recordModelOperation',
    ['gen_ai.client.operation.duration'],
    { ...model, 'error.type': 'timeout' },
  ],
  ['recordModelFirstChunk', ['gen_ai.client.operation.time_to_first_chunk'], model],
  ['recordOutputChunk', ['gen_ai.client.operation.time_per_output_chunk'], model],
  ['recordServerFirstToken', ['gen_ai.server.time_to_first_token'], model],
  ['recordServerOutputToken', ['gen_ai.server.time_per_output_token'], model],
  [
    'recordAgentInvocation',
    ['gen_ai.invoke_agent.duration'],
    { 'gen_ai.agent.name': 'helper', 'gen_ai.request.model': 'm-large', 'error.type': 'timeout' },
  ],
  [
    'recordToolExecution',
    ['gen_ai.execute_tool.duration'],
    {
      'gen_ai.tool.name': 'search',
      'gen_ai.agent.name': 'helper',
      'gen_ai.tool.type': 'function',
      'error.type': 'timeout',
    },
  ],
  [
    'recordWorkflow',
    ['gen_ai.workflow.duration'],
    { 'gen_ai.workflow.name': 'triage', 'error.type': 'timeout' },
  ],
  ['recordStep', ['agent.step.duration'], {}],
  ['recordAdmissionWait', ['agent.admission.wait_time'], {}],
  ['recordSessionDuration', ['sse.session.duration'], {}],
  [
    'recordDatabaseOperation',
    ['db.client.operation.duration'],
    {
      'db.system.name': 'postgresql',
      'db.operation.name': 'SELECT',
      'db.collection.name': 'jobs',
      'error.type': '57014',
    },
  ],
  ['recordConnectionCreation', ['db.client.connection.create_time'], pool],
  ['recordConnectionWait', ['db.client.connection.wait_time'], pool],
  ['recordConnectionUse', ['db.client.connection.use_time'], pool],
];

const propertyOf = (name: string) =>
  Object.entries(agentInstruments).find(([, it]) => it.name === name)?.[0] as string;

describe.each(DURATIONS)('%s', (helper, names, attributes) => {
  it('records what it is named after, in seconds, from each of the three units', async () => {
    const { metrics, helpers } = setUp();
    const record = helperOf(helpers, helper);
    record({ seconds: 0.25 }, attributes);
    record({ milliseconds: 500 }, attributes);
    record({ nanoseconds: 1_000_000_000n }, attributes);
    expect(await recordedIn(metrics)).toEqual([...names].sort());
    expect(await seriesOf(metrics, propertyOf(names[0] as string))).toEqual([
      { attributes, value: expect.objectContaining({ count: 3, sum: 1.75, min: 0.25, max: 1 }) },
    ]);
  });

  it('refuses a duration that is ambiguous or none: strict throws, production counts', () => {
    const bad = [{ seconds: 1, milliseconds: 1000 }, {}, 420, undefined, { seconds: '1' }];
    for (const duration of bad) {
      const strict = helperOf(setUp().helpers, helper);
      expect(() => strict(duration, attributes)).toThrow(/MEASUREMENT_REFUSED.*no number/);
    }
    const { metrics, helpers } = setUp(false);
    const record = helperOf(helpers, helper);
    for (const duration of bad) record(duration, attributes);
    record({ seconds: -1 }, attributes);
    expect(metrics.dropped()).toEqual([
      {
        instrument: names[0],
        measurements: { not_a_number: bad.length, negative_value: 1 },
        undeclaredAttributes: 0,
      },
    ]);
  });

  it('never throws in production, whatever its attributes are', () => {
    const { metrics, helpers } = setUp(false);
    const record = helperOf(helpers, helper);
    const hostile = {
      get 'gen_ai.agent.name'(): string {
        throw new Error('no');
      },
    };
    expect(() => record({ seconds: 1 }, hostile)).not.toThrow();
    expect(() => record({ seconds: 1 }, null as unknown as object)).not.toThrow();
    expect(() => record({ seconds: 1 }, { nonsense: 1 })).not.toThrow();
    const dropped = metrics.dropped().find(({ instrument }) => instrument === names[0]);
    expect(dropped).toBeDefined();
  });
});

describe('recordEndpoint', () => {
  it('counts the request as often as it measures it, on the same attributes', async () => {
    const { metrics, helpers } = setUp();
    const attributes = { ...request, 'http.route': '/a', 'http.response.status_code': 200 };
    helpers.recordEndpoint({ milliseconds: 5 }, attributes);
    helpers.recordEndpoint({ milliseconds: 7 }, attributes);
    expect(await metrics.httpServerRequests.readAll()).toEqual([{ attributes, value: 2 }]);
    expect(await metrics.httpServerRequestDuration.total(attributes)).toBe(2);
  });

  it('takes any method and scheme, and records unknown ones as _OTHER', async () => {
    const { metrics, helpers } = setUp();
    helpers.recordEndpoint(
      { milliseconds: 5 },
      {
        'http.request.method': 'BREW' as string,
        'url.scheme': 'coffee',
        'network.protocol.version': '1.2',
      },
    );
    const attributes = {
      'http.request.method': '_OTHER',
      'url.scheme': '_OTHER',
      'network.protocol.version': '_OTHER',
    };
    expect(await metrics.httpServerRequests.readAll()).toEqual([{ attributes, value: 1 }]);
  });
});

describe('recordTokens', () => {
  it('records each direction that is given', async () => {
    const { metrics, helpers } = setUp();
    helpers.recordTokens({ input: 900, output: 120 }, model);
    helpers.recordTokens({ output: 80 }, model);
    helpers.recordTokens({ input: undefined, output: 0 }, model);
    helpers.recordTokens({}, model);
    const tokens = metrics.genAiClientTokenUsage;
    expect(await tokens.read({ ...model, 'gen_ai.token.type': 'input' })).toMatchObject({
      count: 1,
      sum: 900,
    });
    expect(await tokens.read({ ...model, 'gen_ai.token.type': 'output' })).toMatchObject({
      count: 3,
      sum: 200,
    });
    expect(await recordedIn(metrics)).toEqual(['gen_ai.client.token.usage']);
  });

  it('has one switch', async () => {
    const metrics = testRegistry(agentMetrics);
    agentHelpers(metrics, { tokenUsage: 'off' }).recordTokens({ input: 1, output: 1 }, model);
    expect(await recordedIn(metrics)).toEqual([]);
    agentHelpers(metrics, { tokenUsage: 'histogram' }).recordTokens({ input: 1 }, model);
    expect(await recordedIn(metrics)).toEqual(['gen_ai.client.token.usage']);
  });

  it('drops and counts what is no number of tokens', () => {
    const { metrics, helpers } = setUp(false);
    helpers.recordTokens({ input: '900' as unknown as number, output: -1 }, model);
    helpers.recordTokens(
      {
        get input(): number {
          throw new Error('no');
        },
      },
      model,
    );
    expect(metrics.dropped()).toEqual([
      {
        instrument: 'gen_ai.client.token.usage',
        measurements: { not_a_number: 2, negative_value: 1 },
        undeclaredAttributes: 0,
      },
    ]);
  });

  it('has nothing to do where there is no usage block', () => {
    setUp().helpers.recordTokens(undefined as unknown as object, model);
    setUp().helpers.recordTokens(null as unknown as object, model);
  });
});

describe('recordAgentInvocation', () => {
  it('records the calls too, on the attributes that their instruments declare', async () => {
    const { metrics, helpers } = setUp();
    helpers.recordAgentInvocation(
      { milliseconds: 4_000, inferenceCalls: 3, toolCalls: 0 },
      { 'gen_ai.agent.name': 'helper', 'gen_ai.request.model': 'm-large', 'organization.id': 'o' },
    );
    const attributes = { 'gen_ai.agent.name': 'helper', 'organization.id': 'o' };
    expect(await metrics.genAiInvokeAgentDuration.readAll()).toMatchObject([
      { attributes: { ...attributes, 'gen_ai.request.model': 'm-large' }, value: { sum: 4 } },
    ]);
    expect(await metrics.genAiInvokeAgentInferenceCalls.readAll()).toMatchObject([
      { attributes, value: { count: 1, sum: 3 } },
    ]);
    expect(await metrics.genAiInvokeAgentToolCalls.readAll()).toMatchObject([
      { attributes, value: { count: 1, sum: 0 } },
    ]);
  });
});

describe('helpers of counts and sizes', () => {
  it('records one message, timeout, disconnect and connection timeout each', async () => {
    const { metrics, helpers } = setUp();
    helpers.recordUserMessage();
    helpers.recordTimeout({ 'agent.dependency': 'provider' });
    helpers.recordDisconnect();
    helpers.recordConnectionTimeout(pool);
    expect(await metrics.agentUserMessages.read()).toBe(1);
    expect(await metrics.sseDisconnects.read()).toBe(1);
    expect(await metrics.dbClientConnectionTimeouts.read(pool)).toBe(1);
    expect(await metrics.agentTimeouts.readAll()).toEqual([
      { attributes: { 'agent.dependency': 'request' }, value: 0 },
      { attributes: { 'agent.dependency': 'provider' }, value: 1 },
      { attributes: { 'agent.dependency': 'cache' }, value: 0 },
    ]);
  });

  it('records cost in dollars and size in bytes', async () => {
    const { metrics, helpers } = setUp();
    helpers.recordMessageCost({ usd: 0.012 }, { 'gen_ai.request.model': 'm-large' });
    helpers.recordFile({ bytes: 4096 });
    expect(
      await metrics.agentMessageCost.read({ 'gen_ai.request.model': 'm-large' }),
    ).toMatchObject({ count: 1, sum: 0.012 });
    expect(await metrics.agentFileSize.read()).toMatchObject({ count: 1, sum: 4096 });
  });

  it('drops and counts a cost or a size that is none', () => {
    const { metrics, helpers } = setUp(false);
    helpers.recordMessageCost(0.012 as unknown as { usd: number });
    helpers.recordFile(undefined as unknown as { bytes: number });
    expect(metrics.dropped().map(({ measurements }) => measurements)).toEqual([
      { not_a_number: 1 },
      { not_a_number: 1 },
    ]);
  });
});

describe('helpers of what goes on', () => {
  it.each([
    ['recordRequestStart', 'httpServerActiveRequests', request],
    ['recordRunStart', 'agentRunsActive', { 'agent.run.mode': 'background' }],
    ['recordSessionStart', 'sseSessionsActive', {}],
  ] as const)('%s counts one more until its end, once', async (helper, property, attributes) => {
    const { metrics, helpers } = setUp();
    const start = helpers[helper] as (attributes: object) => agent.End;
    const read = async () => (await seriesOf(metrics, property)).map(({ value }) => value);
    const first = start(attributes);
    const second = start(attributes);
    expect(await read()).toEqual([2]);
    first();
    first();
    expect(await read()).toEqual([1]);
    second[Symbol.dispose]();
    second();
    expect(await read()).toEqual([0]);
  });

  it('ends on the series of the start, whatever the context is by then', async () => {
    const { metrics, helpers } = setUp();
    const attributes = { 'agent.run.mode': 'foreground' } as const;
    const end = withAttributes({ 'agent.id': 'a' }, () => helpers.recordRunStart(attributes));
    expect(await metrics.agentRunsActive.read({ ...attributes, 'agent.id': 'a' })).toBe(1);
    withAttributes({ 'agent.id': 'b' }, end);
    expect(await metrics.agentRunsActive.readAll()).toEqual([
      { attributes: { ...attributes, 'agent.id': 'a' }, value: 0 },
    ]);
  });
});

describe('recordReadiness', () => {
  it('tells the state of the service, and of each reason that has kept it back', async () => {
    const { metrics, helpers } = setUp();
    const read = async () =>
      Object.fromEntries(
        (await metrics.serviceReadiness.readAll()).map(({ attributes, value }) => [
          attributes.reason ?? 'service',
          value,
        ]),
      );
    helpers.recordReadiness(false, { reason: 'warming_up' });
    expect(await read()).toEqual({ service: 0, warming_up: 0 });
    helpers.recordReadiness(false, { reason: 'no_database' });
    expect(await read()).toEqual({ service: 0, warming_up: 1, no_database: 0 });
    helpers.recordReadiness(true);
    expect(await read()).toEqual({ service: 1, warming_up: 1, no_database: 1 });
    helpers.recordReadiness(false);
    expect(await read()).toEqual({ service: 0, warming_up: 1, no_database: 1 });
    helpers.recordReadiness(true, { reason: 'ignored' });
    expect(await read()).toEqual({ service: 1, warming_up: 1, no_database: 1 });
  });
});

/** No helper: only what watches servers and streams knows when to record these. */
const CAPTURED_ALONE = /^(websocket\.|agent\.model\.|http\.server\.time_to_first_byte)/;

describe('the request context', () => {
  const context = {
    'organization.id': 'org-1',
    'project.id': 'project-1',
    'base_template.id': 'base-1',
    'template.id': 'template-1',
    'agent.id': 'agent-1',
  };

  it('flows into everything that is recorded for a caller', async () => {
    const { metrics, helpers } = setUp();
    withAttributes({ ...context, 'user.name': 'not declared' }, () => {
      for (const [helper, , attributes] of DURATIONS)
        helperOf(helpers, helper)({ seconds: 1 }, attributes);
      helpers.recordAgentInvocation({ seconds: 1, inferenceCalls: 1, toolCalls: 1 });
      helpers.recordTokens({ input: 1, output: 1 }, model);
      helpers.recordUserMessage();
      helpers.recordMessageCost({ usd: 1 });
      helpers.recordFile({ bytes: 1 });
      helpers.recordDisconnect();
      helpers.recordRunStart({ 'agent.run.mode': 'foreground' });
      helpers.recordSessionStart();
    });
    for (const [property, declaration] of Object.entries(agentInstruments)) {
      const takes = 'organization.id' in declaration.attributes;
      for (const { attributes } of await seriesOf(metrics, property)) {
        if (takes) expect(attributes).toMatchObject(context);
        else expect(Object.keys(attributes)).not.toContain('organization.id');
        expect(attributes).not.toHaveProperty(['user.name']);
      }
    }
    const recorded = await recordedIn(metrics);
    const taking = Object.values(agentInstruments).filter(
      (it) => 'agent.id' in it.attributes && !CAPTURED_ALONE.test(it.name),
    );
    expect(recorded).toEqual(expect.arrayContaining(taking.map(({ name }) => name)));
  });

  it('yields to what the call passes', async () => {
    const { metrics, helpers } = setUp();
    withAttributes(context, () => helpers.recordStep({ seconds: 1 }, { 'agent.id': 'other' }));
    const expected = { ...context, 'agent.id': 'other' };
    expect(await metrics.agentStepDuration.total(expected)).toBe(1);
  });
});

describe('the helpers as they are exported', () => {
  it('record in agentMetrics', async () => {
    const watched = watchRegistry(agentMetrics);
    try {
      for (const [helper, , attributes] of DURATIONS)
        helperOf(agent, helper)({ seconds: 1 }, attributes);
      agent.recordTokens({ output: 1 }, model);
      agent.recordRunStart({ 'agent.run.mode': 'foreground' })();
      const recorded = await recordedIn(watched);
      expect(recorded).toHaveLength(DURATIONS.length + 2);
    } finally {
      watched.stopWatching();
    }
  });

  it('are all of them', () => {
    const made = Object.keys(agentHelpers(agentMetrics)).sort();
    expect(Object.keys(agent).filter((name) => name.startsWith('record'))).toEqual(made);
  });
});
