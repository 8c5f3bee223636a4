import { once } from 'node:events';
import Anthropic from '@anthropic-ai/sdk';
import { MessageStream } from '@anthropic-ai/sdk/lib/MessageStream';
import OpenAI from 'openai';
import { Stream } from 'openai/core/streaming';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import {
  type ApiFailure,
  type ModelAnswer,
  type ModelServer,
  startModelServer,
} from '../../../examples/agent/model-server/index.js';
import { observeModelCall, observeStream } from '../../../src/agent/index.js';
import { CALL, setUp } from './support.js';

const HELLO: ModelAnswer = { steps: [{ text: 'Hel' }, { text: 'lo' }] };
const BUSY: ApiFailure = { status: 529, type: 'overloaded_error', message: 'busy' };
const ANSWERED = { ...CALL, 'gen_ai.response.model': 'm-2026-01-01' } as const;

let server: ModelServer;
let next: ModelAnswer | ApiFailure = HELLO;
let openai: OpenAI;
let anthropic: Anthropic;
beforeAll(async () => {
  server = await startModelServer({ answer: () => next });
  openai = new OpenAI({ apiKey: 'none', baseURL: `${server.url}/v1`, maxRetries: 0 });
  anthropic = new Anthropic({ apiKey: 'none', baseURL: server.url, maxRetries: 0 });
});
afterAll(() => server.close());

const request = { model: 'm', messages: [{ role: 'user' as const, content: 'hello' }] };
const chat = () => openai.chat.completions.create({ ...request, stream: true });
const message = () => anthropic.messages.stream({ ...request, max_tokens: 9 });

describe('the promise of a client', () => {
  it('keeps withResponse()', async () => {
    next = HELLO;
    const { options, ends } = setUp();
    const promise = observeStream(chat, CALL, options);
    expect(promise).toBeInstanceOf(Promise);
    const { data, response } = await promise.withResponse();
    expect(response.status).toBe(200);
    expect(data).toBeInstanceOf(Stream);
    expect(await promise).toBe(data);
    for await (const _ of data);
    expect(await ends()).toEqual([undefined]);
  });

  it('keeps asResponse(), whose body the application reads past us', async () => {
    next = HELLO;
    const { options, ends } = setUp();
    const response = await observeStream(chat, CALL, options).asResponse();
    expect(await response.text()).toContain('[DONE]');
    expect(await ends()).toEqual([]);
    const answer = () => openai.chat.completions.create(request);
    expect(await (await observeModelCall(answer, CALL, options).asResponse()).json()).toMatchObject(
      {
        object: 'chat.completion',
      },
    );
    expect(await ends()).toEqual([undefined]);
  });

  it('fails once, however often it is asked', async () => {
    next = BUSY;
    const { options, ends } = setUp();
    const promise = observeStream(chat, CALL, options);
    await expect(promise).rejects.toThrow('busy');
    await expect(promise.withResponse()).rejects.toThrow('busy');
    await expect(promise.asResponse()).rejects.toThrow('busy');
    expect(await promise.catch(() => 'caught')).toBe('caught');
    await expect(promise.finally(() => undefined)).rejects.toThrow('busy');
    expect(await ends()).toEqual(['overloaded_error']);
  });
});

describe('a Stream of a client', () => {
  it('can be teed, and is measured once', async () => {
    next = HELLO;
    const { registry, options, ends } = setUp();
    const [left, right] = (await observeStream(chat, CALL, options)).tee();
    expect(left).toBeInstanceOf(Stream);
    const texts = await Promise.all(
      [left, right].map(async (stream) => {
        let text = '';
        for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? '';
        return text;
      }),
    );
    expect(texts).toEqual(['Hello', 'Hello']);
    expect(await ends()).toEqual([undefined]);
    expect((await registry.agentModelTimeToFirstText.read(ANSWERED))?.count).toBe(1);
  });

  it('can become a ReadableStream, and be read from one', async () => {
    next = HELLO;
    const { options, ends } = setUp();
    const stream = await observeStream(chat, CALL, options);
    const copy = Stream.fromReadableStream<OpenAI.ChatCompletionChunk>(
      stream.toReadableStream(),
      new AbortController(),
    );
    let text = '';
    for await (const chunk of copy) text += chunk.choices[0]?.delta.content ?? '';
    expect(text).toBe('Hello');
    expect(await ends()).toEqual([undefined]);
  });

  it('has its controller', async () => {
    next = { steps: [{ text: 'a' }, { wait: 5_000 }] };
    const { options, ends } = setUp();
    const stream = await observeStream(chat, CALL, options);
    expect(stream.controller).toBeInstanceOf(AbortController);
    for await (const _ of stream) stream.controller.abort();
    expect(await ends()).toEqual(['cancelled']);
  });
});

describe('a MessageStream', () => {
  it('is measured where only its final message is asked for', async () => {
    next = HELLO;
    const { registry, options, ends } = setUp();
    const stream = observeStream(message, CALL, options);
    expect(stream).toBeInstanceOf(MessageStream);
    const final = await stream.finalMessage();
    expect(final.content).toMatchObject([{ type: 'text', text: 'Hello' }]);
    expect(await ends()).toEqual([undefined]);
    expect((await registry.agentModelTimeToFirstText.read(ANSWERED))?.count).toBe(1);
    const output = { ...ANSWERED, 'gen_ai.token.type': 'output' } as const;
    expect((await registry.genAiClientTokenUsage.read(output))?.sum).toBe(34);
  });

  it('is measured where it is listened to', async () => {
    next = HELLO;
    const { options, ends } = setUp();
    const stream = observeStream(message, CALL, options);
    let text = '';
    const add = (delta: string) => {
      text += delta;
    };
    expect(stream.on('text', add)).toBe(stream);
    await stream.emitted('end');
    expect(text).toBe('Hello');
    expect(await ends()).toEqual([undefined]);
  });

  it('is measured once where it is iterated and asked as well', async () => {
    next = HELLO;
    const { registry, options, ends } = setUp();
    const stream = observeStream(message, CALL, options);
    const types: string[] = [];
    for await (const event of stream) types.push(event.type);
    await stream.finalText();
    expect(types[0]).toBe('message_start');
    expect(types.at(-1)).toBe('message_stop');
    expect(await ends()).toEqual([undefined]);
    expect((await registry.genAiClientOperationTimePerOutputChunk.read(ANSWERED))?.count).toBe(1);
    const { data, response } = await stream.withResponse();
    expect(data).toBe(stream);
    expect(response.status).toBe(200);
  });

  it('says what it failed with, to whoever asks', async () => {
    next = BUSY;
    const asked: ((stream: ReturnType<typeof message>) => Promise<unknown>)[] = [
      (stream) => stream.done(),
      (stream) => stream.finalMessage(),
      (stream) =>
        new Promise((resolve) => stream.on('error', resolve)).then((e) => Promise.reject(e)),
      async (stream) => {
        for await (const _ of stream);
      },
    ];
    for (const ask of asked) {
      const { options, ends } = setUp();
      await expect(ask(observeStream(message, CALL, options))).rejects.toThrow('busy');
      await vi.waitFor(async () => expect(await ends()).toEqual(['overloaded_error']));
    }
  });

  it('is aborted by its own method', async () => {
    next = { steps: [{ text: 'a' }, { wait: 5_000 }] };
    const { options, ends } = setUp();
    const stream = observeStream(message, CALL, options);
    stream.once('text', () => stream.abort());
    await expect(stream.done()).rejects.toThrow('aborted');
    expect(await ends()).toEqual(['cancelled']);
  });

  it('reports an error that nobody handles, as it does without us', async () => {
    next = BUSY;
    const { options, ends } = setUp();
    const others = process.listeners('unhandledRejection');
    process.removeAllListeners('unhandledRejection');
    try {
      const unhandled = once(process, 'unhandledRejection');
      observeStream(message, CALL, options);
      const [error] = await unhandled;
      expect(String(error)).toContain('busy');
    } finally {
      for (const listener of others) process.on('unhandledRejection', listener);
    }
    await vi.waitFor(async () => expect(await ends()).toEqual(['_OTHER']));
  });
});

describe('observeModelCall', () => {
  const calls = {
    'openai-chat': () => openai.chat.completions.create(request),
    'openai-responses': () => openai.responses.create({ model: 'm', input: 'hello' }),
    anthropic: () => anthropic.messages.create({ ...request, max_tokens: 9 }),
  };

  it.each(Object.entries(calls))('measures an answer of %s in one piece', async (_, call) => {
    next = {
      steps: [{ wait: 30 }, { text: 'Hello' }],
      usage: { input: 50, output: 5, cached: 20 },
    };
    const { registry, options } = setUp();
    const answer = await observeModelCall<Promise<object>>(call, CALL, options);
    expect(answer).toMatchObject({ model: 'm-2026-01-01' });
    const duration = await registry.genAiClientOperationDuration.read(ANSWERED);
    expect(duration?.sum).toBeGreaterThan(0.028);
    const of = (type: 'input' | 'output') =>
      registry.genAiClientTokenUsage.read({ ...ANSWERED, 'gen_ai.token.type': type });
    expect((await of('input'))?.sum).toBe(50);
    expect((await of('output'))?.sum).toBe(5);
    expect(await registry.agentModelTimeToFirstByte.total()).toBe(0);
    expect(registry.dropped()).toEqual([]);
  });

  it.each(Object.entries(calls))('names the failure of %s', async (_, call) => {
    next = BUSY;
    const { options, ends } = setUp();
    await expect(observeModelCall<Promise<object>>(call, CALL, options)).rejects.toThrow('busy');
    expect(await ends()).toEqual(['overloaded_error']);
  });

  it('keeps the promise of a client, and takes what is no promise', async () => {
    next = HELLO;
    const { options, ends } = setUp();
    const { data, response } = await observeModelCall(
      calls['openai-chat'],
      CALL,
      options,
    ).withResponse();
    expect(data.choices[0]?.message.content).toBe('Hello');
    expect(response.status).toBe(200);
    expect(observeModelCall(() => 42, CALL, options)).toBe(42);
    const throwing = () => {
      throw new TypeError('no');
    };
    expect(() => observeModelCall(throwing, CALL, options)).toThrow('no');
    expect(await ends()).toEqual([undefined, undefined, 'TypeError']);
  });

  it('names a server that is not there', async () => {
    const gone = await startModelServer({ answer: () => HELLO });
    await gone.close();
    const client = new OpenAI({ apiKey: 'none', baseURL: `${gone.url}/v1`, maxRetries: 0 });
    const { options, ends } = setUp();
    const call = () => client.chat.completions.create(request);
    await expect(observeModelCall(call, CALL, options)).rejects.toThrow('Connection error');
    expect(await ends()).toEqual(['ECONNREFUSED']);
  });
});
