import { context, createContextKey, ROOT_CONTEXT } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { afterEach, describe, expect, it } from 'vitest';
import { observeAgent, observeStream } from '../../../src/agent/index.js';
import { getAttributes, withAttributes } from '../../../src/index.js';
import { CALL, setUp, text } from './support.js';

afterEach(() => context.disable());

const KEY = createContextKey('test');
const active = () => context.active().getValue(KEY);

/** What a source sees of its context, each time that it is asked for a chunk. */
function watching(seen: unknown[]) {
  async function* source() {
    try {
      for (const value of ['a', 'b']) {
        await Promise.resolve();
        seen.push([getAttributes()['organization.id'], active()]);
        yield text(value);
      }
    } finally {
      seen.push([getAttributes()['organization.id'], active()]);
    }
  }
  return source;
}

function asReadable(generator: AsyncGenerator<object>): ReadableStream<object> {
  return new ReadableStream(
    {
      async pull(controller) {
        const { value, done } = await generator.next();
        if (done) controller.close();
        else controller.enqueue(value);
      },
      cancel: async () => void (await generator.return(undefined)),
    },
    { highWaterMark: 0 },
  );
}

const FORMS = {
  generator: (source: () => AsyncGenerator<object>) => source(),
  iterable: (source: () => AsyncGenerator<object>) => ({ [Symbol.asyncIterator]: source }),
  ReadableStream: (source: () => AsyncGenerator<object>) => asReadable(source()),
};

describe.each(Object.entries(FORMS))('the context of a call whose answer is a %s', (_, form) => {
  const call = (source: () => AsyncGenerator<object>) => {
    const { registry, options } = setUp();
    const stream = withAttributes({ 'organization.id': 'caller' }, () =>
      context.with(ROOT_CONTEXT.setValue(KEY, 'caller'), () =>
        observeStream(() => form(source) as AsyncIterable<object>, CALL, options),
      ),
    );
    return { registry, stream };
  };

  it.each(['with', 'without'])('is that of the call, %s a context manager', async (how) => {
    if (how === 'with') {
      context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
    }
    const caller = ['caller', how === 'with' ? 'caller' : undefined];
    const consumer = ['consumer', how === 'with' ? 'consumer' : undefined];
    const seen: unknown[] = [];
    const { registry, stream } = call(watching(seen));
    await withAttributes({ 'organization.id': 'consumer' }, () =>
      context.with(ROOT_CONTEXT.setValue(KEY, 'consumer'), async () => {
        for await (const _ of stream) {
          expect([getAttributes()['organization.id'], active()]).toEqual(consumer);
        }
        expect([getAttributes()['organization.id'], active()]).toEqual(consumer);
      }),
    );
    expect(seen).toEqual([caller, caller, caller]);
    for (const instrument of [
      registry.genAiClientOperationDuration,
      registry.agentModelTimeToFirstText,
      registry.genAiClientOperationTimePerOutputChunk,
    ]) {
      expect((await instrument.readAll()).map(({ attributes }) => attributes)).toEqual([
        { ...CALL, 'organization.id': 'caller' },
      ]);
    }
  });

  it('is that of the call where the consumer leaves, outside of any context', async () => {
    const seen: unknown[] = [];
    const { registry, stream } = call(watching(seen));
    for await (const _ of stream) break;
    expect(seen).toEqual([
      ['caller', undefined],
      ['caller', undefined],
    ]);
    const of = { ...CALL, 'organization.id': 'caller', 'error.type': 'abandoned' };
    expect((await registry.genAiClientOperationDuration.read(of))?.count).toBe(1);
  });
});

describe('parallel streams', () => {
  it('are recorded each for its own caller and agent', async () => {
    const { registry, options } = setUp();
    const tick = () => new Promise((resolve) => setImmediate(resolve));
    async function* answer(length: number) {
      for (let i = 0; i < length; i++) {
        await tick();
        yield text('a');
      }
    }
    const organizations = Array.from({ length: 20 }, (_, i) => `org-${i}`);
    await Promise.all(
      organizations.map((organization, i) =>
        withAttributes({ 'organization.id': organization }, () =>
          observeAgent(
            organization,
            async () => {
              const streams = [0, 1].map(() => observeStream(() => answer(i + 2), CALL, options));
              await Promise.all(
                streams.map(async (stream) => {
                  for await (const _ of stream) await tick();
                }),
              );
            },
            {},
            options,
          ),
        ),
      ),
    );
    for (const [i, organization] of organizations.entries()) {
      const of = { ...CALL, 'organization.id': organization };
      expect((await registry.genAiClientOperationDuration.read(of))?.count).toBe(2);
      const gaps = await registry.genAiClientOperationTimePerOutputChunk.read(of);
      expect(gaps?.count).toBe(2 * (i + 1));
      const agent = { 'organization.id': organization, 'gen_ai.agent.name': organization };
      expect((await registry.genAiInvokeAgentInferenceCalls.read(agent))?.sum).toBe(2);
    }
    expect(registry.dropped()).toEqual([]);
  });
});
