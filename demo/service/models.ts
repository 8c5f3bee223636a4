import { setTimeout as sleep } from 'node:timers/promises';
import { chance, logNormal, type Random } from '../random.js';

/** How one simulated model behaves. */
export interface ModelProfile {
  readonly name: string;
  readonly provider: string;
  /** Seconds to the first token: median, and spread of the log-normal. */
  readonly firstToken: readonly [median: number, spread: number];
  /** Output tokens per second once it talks. */
  readonly tokensPerSecond: number;
  /** Output tokens of an answer: median, and spread of the log-normal. */
  readonly outputTokens: readonly [median: number, spread: number];
  /** US dollars per million tokens. */
  readonly dollarsPerMillion: { readonly input: number; readonly output: number };
  /** Share of calls, 0 to 1, that are refused as overloaded. */
  readonly overloaded: number;
  /** Share of calls, 0 to 1, that time out. */
  readonly timesOut: number;
}

/** Three sizes of model. Their answers are short, so that a demo of seconds sees thousands of them. */
export const MODELS = {
  'm-small': {
    name: 'm-small',
    provider: 'acme',
    firstToken: [0.09, 0.35],
    tokensPerSecond: 320,
    outputTokens: [45, 0.5],
    dollarsPerMillion: { input: 0.15, output: 0.6 },
    overloaded: 0.004,
    timesOut: 0.001,
  },
  'm-medium': {
    name: 'm-medium',
    provider: 'acme',
    firstToken: [0.22, 0.45],
    tokensPerSecond: 190,
    outputTokens: [70, 0.5],
    dollarsPerMillion: { input: 0.8, output: 3.2 },
    overloaded: 0.01,
    timesOut: 0.004,
  },
  'm-large': {
    name: 'm-large',
    provider: 'zenith',
    firstToken: [0.45, 0.55],
    tokensPerSecond: 120,
    outputTokens: [90, 0.5],
    dollarsPerMillion: { input: 3, output: 15 },
    overloaded: 0.025,
    timesOut: 0.008,
  },
} as const satisfies Record<string, ModelProfile>;

/** The name of one of the simulated models. */
export type ModelName = keyof typeof MODELS;

/** How many times as long a model that has gone slow takes to its first token. */
const SLOWNESS = 40;

/** A model that has gone slow. */
export function slowed(model: ModelProfile): ModelProfile {
  const [median, spread] = model.firstToken;
  return { ...model, firstToken: [median * SLOWNESS, spread] };
}

/** What a model call fails with. */
export class ModelError extends Error {
  override readonly name = 'ModelError';
  /** A short, closed set: fit to be an attribute. */
  readonly type: 'overloaded' | 'timeout';

  constructor(type: 'overloaded' | 'timeout') {
    super(type === 'timeout' ? 'the model did not answer in time' : 'the model is overloaded');
    this.type = type;
  }
}

/** A piece of an answer. */
export interface ModelChunk {
  readonly text: string;
  /** Tokens taken in and given out by the whole call; in its last piece alone. */
  readonly usage?: { readonly input: number; readonly output: number };
}

/** What a model waits before it says that it gave up, seconds. */
const TIMEOUT_SECONDS = 1.5;
const TOKENS_PER_CHUNK = 8;
const MAX_OUTPUT_TOKENS = 200;
const WORDS =
  'a measured answer is given one small piece at a time until nothing more is left to say'.split(
    ' ',
  );

/**
 * A simulated, streamed model call: waits for the first token, then yields chunks at the model's
 * pace. Throws a {@link ModelError} as often as the profile says, and the signal's reason if it is
 * aborted.
 */
export async function* callModel(
  model: ModelProfile,
  inputTokens: number,
  random: Random,
  signal: AbortSignal,
): AsyncGenerator<ModelChunk, void, undefined> {
  const [median, spread] = model.firstToken;
  if (chance(random, model.overloaded)) {
    await sleep(20 + 60 * random(), undefined, { signal });
    throw new ModelError('overloaded');
  }
  if (chance(random, model.timesOut)) {
    await sleep(TIMEOUT_SECONDS * 1000, undefined, { signal });
    throw new ModelError('timeout');
  }
  const output = Math.max(
    4,
    Math.min(MAX_OUTPUT_TOKENS, Math.round(logNormal(random, ...model.outputTokens))),
  );
  await sleep(logNormal(random, median, spread) * 1000, undefined, { signal });
  let left = output;
  for (let index = 0; left > 0; index++) {
    const size = Math.min(left, TOKENS_PER_CHUNK);
    if (index > 0) {
      const pace = logNormal(random, size / model.tokensPerSecond, 0.25);
      await sleep(pace * 1000, undefined, { signal });
    }
    left -= size;
    const text = `${WORDS[index % WORDS.length] ?? ''} `;
    yield left > 0 ? { text } : { text, usage: { input: inputTokens, output } };
  }
}

/** What a call costs, US dollars. */
export function costOf(model: ModelProfile, inputTokens: number, outputTokens: number): number {
  const { input, output } = model.dollarsPerMillion;
  return (inputTokens * input + outputTokens * output) / 1_000_000;
}
