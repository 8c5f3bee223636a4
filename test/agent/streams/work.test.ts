import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import {
  agentInstruments,
  agentMetrics,
  observeAgent,
  observeModelCall,
  observeStep,
  observeStream,
  observeTool,
} from '../../../src/agent/index.js';
import { defineRegistry, MeterbookError, withAttributes } from '../../../src/index.js';
import { testRegistry } from '../../../src/testing/index.js';

const CALL = { 'gen_ai.operation.name': 'chat', 'gen_ai.provider.name': 'acme' } as const;

function setUp() {
  const registry = testRegistry(agentMetrics);
  return { registry, options: { registry } };
}

async function* text() {
  yield { type: 'text-delta', text: 'a' };
}

describe('observeTool', () => {
  it('returns what the function returns, and measures it', async () => {
    const { registry, options } = setUp();
    const result = { found: 1 };
    expect(observeTool('now', () => result, {}, options)).toBe(result);
    const slow = async () => delay(20, result);
    const attributes = { 'gen_ai.tool.type': 'function' } as const;
    expect(await observeTool('slow', slow, attributes, options)).toBe(result);
    const duration = registry.genAiExecuteToolDuration;
    expect(await duration.read({ 'gen_ai.tool.name': 'now' })).toMatchObject({ count: 1 });
    const of = await duration.read({ 'gen_ai.tool.name': 'slow', 'gen_ai.tool.type': 'function' });
    expect(of?.count).toBe(1);
    expect(of?.sum).toBeGreaterThan(0.018);
    expect(registry.dropped()).toEqual([]);
  });

  it('throws what the function throws, and says what it was', async () => {
    const { registry, options } = setUp();
    const missing = Object.assign(new Error('no such file'), { code: 'ENOENT' });
    class QuotaExceeded extends Error {}
    const throwing = () => {
      throw missing;
    };
    expect(() => observeTool('read', throwing, {}, options)).toThrow(missing);
    const quota = new QuotaExceeded('no more');
    await expect(observeTool('ask', () => Promise.reject(quota), {}, options)).rejects.toBe(quota);
    await expect(observeTool('odd', () => Promise.reject('text'), {}, options)).rejects.toBe(
      'text',
    );
    const ends = await registry.genAiExecuteToolDuration.readAll();
    expect(ends.map(({ attributes }) => attributes)).toEqual([
      { 'gen_ai.tool.name': 'read', 'error.type': 'ENOENT' },
      { 'gen_ai.tool.name': 'ask', 'error.type': 'QuotaExceeded' },
      { 'gen_ai.tool.name': 'odd', 'error.type': '_OTHER' },
    ]);
  });

  it('measures a generator to its end, in the context of the call', async () => {
    const { registry, options } = setUp();
    async function* lines() {
      yield 'a';
      await delay(20);
      yield 'b';
    }
    const generator = withAttributes({ 'organization.id': 'org-1' }, () =>
      observeTool('tail', lines, {}, options),
    );
    const duration = registry.genAiExecuteToolDuration;
    const found: string[] = [];
    for await (const line of generator) {
      expect(await duration.total()).toBe(0);
      found.push(line);
    }
    expect(found).toEqual(['a', 'b']);
    const of = await duration.read({ 'gen_ai.tool.name': 'tail', 'organization.id': 'org-1' });
    expect(of?.sum).toBeGreaterThan(0.018);
  });

  it('records the caller of the start, whatever the context is at the end', async () => {
    const { registry, options } = setUp();
    let resolve = (): void => undefined;
    const promise = new Promise<void>((settle) => {
      resolve = settle;
    });
    const pending = withAttributes({ 'organization.id': 'org-1' }, () =>
      observeTool('wait', () => promise, {}, options),
    );
    await withAttributes({ 'organization.id': 'org-2' }, async () => {
      resolve();
      await pending;
    });
    const [series] = await registry.genAiExecuteToolDuration.readAll();
    expect(series?.attributes).toMatchObject({ 'organization.id': 'org-1' });
  });
});

describe('observeStep', () => {
  it('measures a step', async () => {
    const { registry, options } = setUp();
    expect(observeStep(() => 1, {}, options)).toBe(1);
    await expect(observeStep(() => Promise.reject(new Error('x')), {}, options)).rejects.toThrow();
    expect(await registry.agentStepDuration.total()).toBe(2);
    expect(registry.dropped()).toEqual([]);
  });
});

describe('observeAgent', () => {
  it('counts the calls of models and tools that began inside, each agent its own', async () => {
    const { registry, options } = setUp();
    const model = () => observeModelCall(async () => ({}), CALL, options);
    const tool = <T>(name: string, fn: () => T) => observeTool(name, fn, {}, options);
    await observeAgent(
      'outer',
      async () => {
        await model();
        for await (const _ of observeStream(() => text(), CALL, options));
        await tool('delegate', () =>
          observeAgent(
            'inner',
            async () => {
              await Promise.all([model(), model(), model()]);
              await tool('search', () => delay(1));
            },
            {},
            options,
          ),
        );
      },
      { 'gen_ai.request.model': 'm-large' },
      options,
    );
    await model();
    await tool('alone', () => undefined);
    const inferences = registry.genAiInvokeAgentInferenceCalls;
    const tools = registry.genAiInvokeAgentToolCalls;
    expect((await inferences.read({ 'gen_ai.agent.name': 'outer' }))?.sum).toBe(2);
    expect((await tools.read({ 'gen_ai.agent.name': 'outer' }))?.sum).toBe(1);
    expect((await inferences.read({ 'gen_ai.agent.name': 'inner' }))?.sum).toBe(3);
    expect((await tools.read({ 'gen_ai.agent.name': 'inner' }))?.sum).toBe(1);
    const outer = { 'gen_ai.agent.name': 'outer', 'gen_ai.request.model': 'm-large' };
    expect((await registry.genAiInvokeAgentDuration.read(outer))?.count).toBe(1);
    expect(registry.dropped()).toEqual([]);
  });

  it('counts what happens in the generator that it returns', async () => {
    const { registry, options } = setUp();
    async function* run() {
      yield await observeModelCall(async () => 'one', CALL, options);
      yield await observeTool('search', async () => 'two', {}, options);
    }
    const found: string[] = [];
    for await (const part of observeAgent('streaming', run, {}, options)) {
      found.push(part);
      observeTool('of the consumer', () => undefined, {}, options);
    }
    expect(found).toEqual(['one', 'two']);
    const of = { 'gen_ai.agent.name': 'streaming' };
    expect((await registry.genAiInvokeAgentInferenceCalls.read(of))?.sum).toBe(1);
    expect((await registry.genAiInvokeAgentToolCalls.read(of))?.sum).toBe(1);
  });

  it('records agents that fail, and agents without a name', async () => {
    const { registry, options } = setUp();
    const failing = async () => {
      throw new RangeError('too far');
    };
    await expect(observeAgent('failing', failing, {}, options)).rejects.toThrow('too far');
    expect(observeAgent(undefined, () => 1, {}, options)).toBe(1);
    const ends = await registry.genAiInvokeAgentDuration.readAll();
    expect(ends.map(({ attributes }) => attributes)).toEqual([
      { 'gen_ai.agent.name': 'failing', 'error.type': 'RangeError' },
      {},
    ]);
  });
});

describe('options', () => {
  it('are checked before anything is called', () => {
    let calls = 0;
    const fn = () => {
      calls += 1;
    };
    const registry = defineRegistry({
      scope: { name: 'app' },
      instruments: { agentTimeouts: agentInstruments.agentTimeouts },
    });
    const options = { registry } as never;
    expect(() => observeTool('a', fn, {}, options)).toThrow(/observeTool\(\) needs a histogram/);
    expect(() => observeStep(fn, {}, options)).toThrow(/observeStep\(\) needs a histogram/);
    expect(() => observeAgent('a', fn, {}, options)).toThrow(/observeAgent\(\) needs a histogram/);
    expect(() => observeModelCall(fn, CALL, options)).toThrow(MeterbookError);
    expect(calls).toBe(0);
  });
});
