import type { Stream as AnthropicStream } from '@anthropic-ai/sdk/core/streaming';
import type { MessageStream } from '@anthropic-ai/sdk/lib/MessageStream';
import type { RawMessageStreamEvent } from '@anthropic-ai/sdk/resources/messages';
import type { TelemetryIntegration, TextStreamPart, ToolSet } from 'ai';
import type OpenAI from 'openai';
import type { APIPromise } from 'openai/core/api-promise';
import type { Stream } from 'openai/core/streaming';
import { describe, expectTypeOf, it } from 'vitest';
import {
  type AiTelemetry,
  agentInstruments,
  aiTelemetry,
  type ChunkFacts,
  type ModelCallAttributes,
  observeAgent,
  observeModelCall,
  observeStep,
  observeStream,
  observeTool,
  recognizers,
} from '../../src/agent/index.js';
import { attr, defineRegistry, histogram } from '../../src/index.js';

const call = { 'gen_ai.operation.name': 'chat', 'gen_ai.provider.name': 'acme' } as const;

type ChatStream = Stream<OpenAI.ChatCompletionChunk>;
declare const chat: () => APIPromise<ChatStream>;
declare const message: () => MessageStream;
declare const raw: Promise<AnthropicStream<RawMessageStreamEvent>>;
declare const body: ReadableStream<Uint8Array>;
declare const parts: ReadableStream<TextStreamPart<ToolSet>> &
  AsyncIterable<TextStreamPart<ToolSet>>;
declare const generator: AsyncGenerator<string, number, boolean>;

describe('observeStream', () => {
  it('returns the type that went in', () => {
    expectTypeOf(observeStream(chat, call)).toEqualTypeOf<APIPromise<ChatStream>>();
    expectTypeOf(observeStream(chat(), call)).toEqualTypeOf<APIPromise<ChatStream>>();
    expectTypeOf(observeStream(message, call)).toEqualTypeOf<MessageStream>();
    expectTypeOf(observeStream(raw, call)).toEqualTypeOf<
      Promise<AnthropicStream<RawMessageStreamEvent>>
    >();
    expectTypeOf(observeStream(body, call)).toEqualTypeOf<ReadableStream<Uint8Array>>();
    expectTypeOf(observeStream(parts, call)).toEqualTypeOf<typeof parts>();
    expectTypeOf(observeStream(generator, call)).toEqualTypeOf<
      AsyncGenerator<string, number, boolean>
    >();
    const post = async () => (await fetch('http://127.0.0.1')).body;
    expectTypeOf(observeStream(post, call)).toEqualTypeOf<ReturnType<typeof post>>();
  });

  it('demands what every call of a model says', () => {
    expectTypeOf<ModelCallAttributes>().toExtend<{ readonly 'gen_ai.provider.name': string }>();
    observeStream(chat, {
      ...call,
      'gen_ai.request.model': 'm',
      'server.address': 'a',
      'agent.id': 'x',
    });
    // @ts-expect-error the attributes are required
    observeStream(chat);
    // @ts-expect-error the provider is required
    observeStream(chat, { 'gen_ai.operation.name': 'chat' });
    // @ts-expect-error not declared
    observeStream(chat, { ...call, 'user.id': 'u' });
    // @ts-expect-error found out by itself
    observeStream(chat, { ...call, 'error.type': 'timeout' });
    // @ts-expect-error found out by itself
    observeStream(chat, { ...call, 'gen_ai.token.type': 'input' });
  });

  it('takes streams alone', () => {
    // @ts-expect-error no stream
    observeStream('text', call);
    // @ts-expect-error no stream
    observeStream([1, 2], call);
    // @ts-expect-error a function of no stream
    observeStream(() => 42, call);
  });

  it('has options that say what they are', () => {
    observeStream(chat, call, { startedAt: performance.now(), tokenUsage: 'off' });
    observeStream(chat, call, { recognize: recognizers.openaiChat });
    observeStream(generator, call, { recognize: (chunk: string) => ({ isText: chunk !== '' }) });
    // @ts-expect-error a number
    observeStream(chat, call, { startedAt: new Date() });
    // @ts-expect-error no such fact
    observeStream(chat, call, { recognize: (): ChunkFacts => ({ isTexts: true }) });
  });

  it('follows the declaration of the registry', () => {
    const registry = defineRegistry({
      scope: { name: 'app' },
      instruments: {
        ...agentInstruments,
        genAiClientOperationDuration: histogram({
          ...agentInstruments.genAiClientOperationDuration,
          attributes: {
            ...agentInstruments.genAiClientOperationDuration.attributes,
            tier: attr.oneOf('free', 'paid'),
          },
        }),
      },
    });
    observeStream(chat, { ...call, tier: 'paid' }, { registry });
    // @ts-expect-error required by this registry
    observeStream(chat, call, { registry });
    const { genAiClientTokenUsage: _, ...rest } = agentInstruments;
    const without = defineRegistry({ scope: { name: 'app' }, instruments: rest });
    // @ts-expect-error The registry has no instrument "genAiClientTokenUsage": …
    observeStream(chat, call, { registry: without });
  });
});

describe('the wrappers', () => {
  it('return what the function returns', () => {
    expectTypeOf(observeModelCall(() => 42, call)).toEqualTypeOf<number>();
    const answer = (): APIPromise<OpenAI.ChatCompletion> => chat() as never;
    expectTypeOf(observeModelCall(answer, call)).toEqualTypeOf<APIPromise<OpenAI.ChatCompletion>>();
    expectTypeOf(observeTool('search', async () => 'x')).toEqualTypeOf<Promise<string>>();
    expectTypeOf(observeStep(() => generator)).toEqualTypeOf<typeof generator>();
    expectTypeOf(observeAgent(undefined, () => null)).toEqualTypeOf<null>();
    const attributes = { 'gen_ai.request.model': 'm', 'agent.id': 'x' };
    expectTypeOf(observeAgent('a', () => 1, attributes)).toEqualTypeOf<number>();
  });

  it('refuse what they fill in, and what is not declared', () => {
    observeTool('search', () => 1, { 'gen_ai.tool.type': 'function' });
    // @ts-expect-error the name comes first
    observeTool(() => 1);
    // @ts-expect-error the name is given already
    observeTool('search', () => 1, { 'gen_ai.tool.name': 'search' });
    // @ts-expect-error a type is a string
    observeTool('search', () => 1, { 'gen_ai.tool.type': 1 });
    // @ts-expect-error a step has no model
    observeStep(() => 1, { 'gen_ai.request.model': 'm' });
    // @ts-expect-error the name is given already
    observeAgent('a', () => 1, { 'gen_ai.agent.name': 'a' });
    // @ts-expect-error the provider is required
    observeModelCall(() => 1, { 'gen_ai.operation.name': 'chat' });
  });
});

describe('aiTelemetry', () => {
  it('is an integration of the ai package', () => {
    expectTypeOf<AiTelemetry>().toExtend<TelemetryIntegration>();
    expectTypeOf(aiTelemetry({ agentName: 'a' })).toEqualTypeOf<AiTelemetry>();
    aiTelemetry({ attributes: { 'server.address': 'a' }, modelCalls: false });
    // @ts-expect-error not declared
    aiTelemetry({ attributes: { 'user.id': 'u' } });
  });
});
