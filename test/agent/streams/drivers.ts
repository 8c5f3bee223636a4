import { createAnthropic } from '@ai-sdk/anthropic';
import { createOpenAI } from '@ai-sdk/openai';
import Anthropic from '@anthropic-ai/sdk';
import { type LanguageModel, streamText } from 'ai';
import OpenAI from 'openai';
import type { ProtocolName } from '../../../examples/agent/model-server/index.js';
import type { ModelStreamSource } from '../../../src/agent/index.js';

/** A way in which applications call a model and read its answer. */
export interface Driver {
  readonly name: string;
  readonly protocol: ProtocolName;
  /** Makes the call. */
  open(url: string, signal?: AbortSignal): ModelStreamSource;
  /** False where the package drops the reasoning of this protocol. */
  readonly tellsReasoning?: false;
  /** The model that answers is told at the end, so that what comes before it is recorded without. */
  readonly tellsModelLast?: true;
  /** The package keeps everything back until there is output. */
  readonly beginsWithOutput?: true;
  /** `error.type` of a status 429: what the package tells of it. */
  readonly limited?: string;
}

const messages = [{ role: 'user' as const, content: 'hello' }];
const model = 'm-large';
const prompt = { model, messages };
const options = (signal: AbortSignal | undefined) => (signal === undefined ? {} : { signal });

const openai = (url: string) => new OpenAI({ apiKey: 'none', baseURL: `${url}/v1`, maxRetries: 0 });
const anthropic = (url: string) => new Anthropic({ apiKey: 'none', baseURL: url, maxRetries: 0 });

async function post(url: string, path: string, signal: AbortSignal | undefined) {
  const response = await fetch(url + path, {
    method: 'POST',
    body: JSON.stringify({ model, stream: true, stream_options: { include_usage: true } }),
    ...options(signal),
  });
  if (response.status !== 200) {
    throw Object.assign(new Error('not OK'), { status: response.status });
  }
  return response.body;
}

function parts(model: LanguageModel, signal: AbortSignal | undefined) {
  const abort = signal === undefined ? {} : { abortSignal: signal };
  const result = streamText({ model, messages, maxRetries: 0, onError: () => undefined, ...abort });
  return result.fullStream;
}

export const DRIVERS: readonly Driver[] = [
  {
    name: 'openai: chat.completions.create()',
    protocol: 'openai-chat',
    open: (url, signal) =>
      openai(url).chat.completions.create(
        { ...prompt, stream: true, stream_options: { include_usage: true } },
        options(signal),
      ),
  },
  {
    name: 'openai: chat.completions.stream()',
    protocol: 'openai-chat',
    open: (url, signal) =>
      openai(url).chat.completions.stream(
        { ...prompt, stream_options: { include_usage: true } },
        options(signal),
      ),
  },
  {
    name: 'openai: responses.create()',
    protocol: 'openai-responses',
    open: (url, signal) =>
      openai(url).responses.create({ model, input: 'hello', stream: true }, options(signal)),
  },
  {
    name: 'openai: responses.stream()',
    protocol: 'openai-responses',
    open: (url, signal) => openai(url).responses.stream({ model, input: 'hello' }, options(signal)),
  },
  {
    name: 'anthropic: messages.create()',
    protocol: 'anthropic',
    limited: 'rate_limit_error',
    open: (url, signal) =>
      anthropic(url).messages.create({ ...prompt, max_tokens: 99, stream: true }, options(signal)),
  },
  {
    name: 'anthropic: messages.stream()',
    protocol: 'anthropic',
    limited: 'rate_limit_error',
    open: (url, signal) =>
      anthropic(url).messages.stream({ ...prompt, max_tokens: 99 }, options(signal)),
  },
  {
    name: 'ai: streamText() with OpenAI chat',
    protocol: 'openai-chat',
    beginsWithOutput: true,
    tellsModelLast: true,
    tellsReasoning: false,
    open: (url, signal) =>
      parts(createOpenAI({ apiKey: 'none', baseURL: `${url}/v1` }).chat(model), signal),
  },
  {
    name: 'ai: streamText() with OpenAI responses',
    protocol: 'openai-responses',
    beginsWithOutput: true,
    tellsModelLast: true,
    open: (url, signal) =>
      parts(createOpenAI({ apiKey: 'none', baseURL: `${url}/v1` }).responses(model), signal),
  },
  {
    name: 'ai: streamText() with Anthropic',
    protocol: 'anthropic',
    tellsModelLast: true,
    limited: 'rate_limit_error',
    open: (url, signal) =>
      parts(createAnthropic({ apiKey: 'none', baseURL: `${url}/v1` })(model), signal),
  },
  {
    name: 'fetch: chat completions',
    protocol: 'openai-chat',
    limited: '429',
    open: (url, signal) => post(url, '/v1/chat/completions', signal),
  },
  {
    name: 'fetch: responses',
    protocol: 'openai-responses',
    limited: '429',
    open: (url, signal) => post(url, '/v1/responses', signal),
  },
  {
    name: 'fetch: messages',
    protocol: 'anthropic',
    limited: '429',
    open: (url, signal) => post(url, '/v1/messages', signal),
  },
];
