import { createOpenAI } from '@ai-sdk/openai';
import { generateText, jsonSchema, stepCountIs, streamText, tool, wrapLanguageModel } from 'ai';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type ModelServer, startModelServer } from '../../../examples/agent/model-server/index.js';
import {
  agentMetrics,
  aiTelemetry,
  observeAgent,
  observeStream,
} from '../../../src/agent/index.js';
import { withAttributes } from '../../../src/index.js';
import { testRegistry } from '../../../src/testing/index.js';

let server: ModelServer;
beforeAll(async () => {
  server = await startModelServer({
    // Two steps: the first asks for tools, the second answers.
    answer: ({ index }) =>
      index % 2 === 0
        ? {
            steps: [
              { tool: 'search', arguments: ['{}'] },
              { tool: 'broken', arguments: ['{}'] },
            ],
            usage: { input: 10, output: 3 },
          }
        : { steps: [{ wait: 20 }, { text: 'done' }], usage: { input: 30, output: 5 } },
  });
});
afterAll(() => server.close());

const EMPTY = jsonSchema<object>({ type: 'object', properties: {} });

function setUp() {
  const provider = createOpenAI({ apiKey: 'none', baseURL: `${server.url}/v1` });
  const registry = testRegistry(agentMetrics);
  const tools = {
    search: tool({ inputSchema: EMPTY, execute: async () => 'found' }),
    broken: tool({
      inputSchema: EMPTY,
      execute: async (): Promise<string> => {
        throw new TypeError('no');
      },
    }),
  };
  const request = { prompt: 'hello', tools, stopWhen: stepCountIs(5) };
  return { registry, model: provider.responses('m-large'), request };
}

const MODEL = { 'gen_ai.request.model': 'm-large', 'organization.id': 'org-1' };
const ANSWER = {
  ...MODEL,
  'gen_ai.operation.name': 'chat',
  'gen_ai.provider.name': 'openai',
  'gen_ai.response.model': 'm-large-2026-01-01',
} as const;

describe('aiTelemetry', () => {
  it.each(['generateText', 'streamText'] as const)('records what %s tells of', async (name) => {
    const { registry, model, request } = setUp();
    await withAttributes({ 'organization.id': 'org-1' }, async () => {
      const integrations = aiTelemetry({ registry, agentName: 'clerk' });
      const settings = { ...request, model, experimental_telemetry: { integrations } };
      if (name === 'generateText') await generateText(settings);
      else await streamText(settings).consumeStream();
    });
    const agent = { 'gen_ai.agent.name': 'clerk', 'organization.id': 'org-1' };
    await vi.waitFor(async () =>
      expect(
        await registry.genAiInvokeAgentDuration.read({
          ...agent,
          'gen_ai.request.model': 'm-large',
        }),
      ).toMatchObject({ count: 1 }),
    );
    expect((await registry.genAiInvokeAgentInferenceCalls.read(agent))?.sum).toBe(2);
    expect((await registry.genAiInvokeAgentToolCalls.read(agent))?.sum).toBe(2);
    const steps = await registry.agentStepDuration.read({ 'organization.id': 'org-1' });
    expect(steps?.count).toBe(2);
    expect(steps?.max).toBeGreaterThan(0.018);
    const tools = await registry.genAiExecuteToolDuration.readAll();
    const of = { ...agent, 'gen_ai.tool.type': 'function' };
    expect(tools.map(({ attributes }) => attributes)).toEqual(
      expect.arrayContaining([
        { ...of, 'gen_ai.tool.name': 'search' },
        { ...of, 'gen_ai.tool.name': 'broken', 'error.type': 'TypeError' },
      ]),
    );
    const usage = registry.genAiClientTokenUsage;
    const tokens = await usage.read({ ...ANSWER, 'gen_ai.token.type': 'input' });
    expect(tokens).toMatchObject({ count: 2, sum: 40 });
    expect(registry.dropped()).toEqual([]);
  });

  it('counts for the agent around it, and leaves model calls to who measures them', async () => {
    const { registry, model, request } = setUp();
    const measured = wrapLanguageModel({
      model,
      middleware: {
        specificationVersion: 'v3',
        wrapStream: async ({ doStream }) => {
          const startedAt = performance.now();
          const { stream, ...rest } = await doStream();
          const attributes = {
            'gen_ai.operation.name': 'chat',
            'gen_ai.provider.name': 'openai',
            'gen_ai.request.model': 'm-large',
          } as const;
          return { stream: observeStream(stream, attributes, { startedAt, registry }), ...rest };
        },
      },
    });
    const run = async () => {
      const integrations = aiTelemetry({ registry, modelCalls: false });
      const result = streamText({
        ...request,
        model: measured,
        experimental_telemetry: { integrations },
      });
      await result.consumeStream();
    };
    await withAttributes({ 'organization.id': 'org-1' }, () =>
      observeAgent('clerk', run, {}, { registry }),
    );
    const agent = { 'gen_ai.agent.name': 'clerk', 'organization.id': 'org-1' };
    expect((await registry.genAiInvokeAgentInferenceCalls.read(agent))?.sum).toBe(2);
    expect((await registry.genAiInvokeAgentToolCalls.read(agent))?.sum).toBe(2);
    expect(await registry.genAiInvokeAgentDuration.total()).toBe(1);
    const duration = await registry.genAiClientOperationDuration.read(ANSWER);
    expect(duration?.count).toBe(2);
    expect(await registry.genAiClientTokenUsage.total()).toBe(4);
    expect(await registry.agentModelTimeToFirstText.total()).toBe(1);
  });

  // Version 7 needs a newer Node than the oldest that we support: its events as it sends them.
  it('records what version 7 tells of', async () => {
    const { registry } = setUp();
    const of = { provider: 'openai.responses', modelId: 'm-large' };
    const step = { model: of, response: { modelId: 'm-large-2' }, usage: { inputTokens: 1 } };
    const timing = { responseTimeMs: 1500, timeToFirstOutputMs: 250 };
    const toolCall = { toolName: 'search' };
    const toolOutput = { type: 'tool-error', error: new TypeError('no') };
    const telemetry = aiTelemetry({ registry });
    telemetry.onStart({ callId: '1', ...of });
    telemetry.onStepStart({ callId: '1', stepNumber: 0, ...of });
    telemetry.onLanguageModelCallEnd({ callId: '1', ...of, performance: timing });
    telemetry.onToolExecutionStart({ callId: '1', toolCall });
    telemetry.onToolExecutionEnd({ callId: '1', toolCall, toolExecutionMs: 40, toolOutput });
    telemetry.onStepFinish({ callId: '1', stepNumber: 0, ...step });
    telemetry.onStepStart({ callId: '1', stepNumber: 1, ...of });
    const error = Object.assign(new Error('busy'), { statusCode: 503 });
    telemetry.onStepError({ callId: '1', stepNumber: 1, error });
    telemetry.onError({ callId: '1', error });
    telemetry.onEnd({ callId: '1' });
    const call = {
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': 'openai',
      'gen_ai.request.model': 'm-large',
    } as const;
    const answered = { ...call, 'gen_ai.response.model': 'm-large-2' } as const;
    const duration = registry.genAiClientOperationDuration;
    expect((await duration.read(answered))?.sum).toBe(1.5);
    expect((await duration.read({ ...call, 'error.type': '503' }))?.count).toBe(1);
    const first = registry.genAiClientOperationTimeToFirstChunk;
    expect((await first.read(answered))?.sum).toBe(0.25);
    const tool = { 'gen_ai.tool.name': 'search', 'gen_ai.tool.type': 'function' } as const;
    const tools = registry.genAiExecuteToolDuration;
    expect((await tools.read({ ...tool, 'error.type': 'TypeError' }))?.sum).toBe(0.04);
    expect(await registry.agentStepDuration.total()).toBe(2);
    const invocations = await registry.genAiInvokeAgentDuration.readAll();
    expect(invocations.map(({ attributes }) => attributes)).toEqual([
      { 'gen_ai.request.model': 'm-large', 'error.type': '503' },
    ]);
    expect(registry.dropped()).toEqual([]);
  });

  it('does not fail on what it is told', () => {
    const registry = testRegistry(agentMetrics);
    const telemetry = aiTelemetry({ registry }) as unknown as Record<string, (e: unknown) => void>;
    for (const listener of Object.values(telemetry)) {
      expect(() => listener(undefined)).not.toThrow();
      expect(() => listener({})).not.toThrow();
    }
  });
});
