import { expect, vi } from 'vitest';
import type { Exchange, ModelServer, Sent } from '../../../examples/agent/model-server/index.js';
import { agentMetrics, type ModelStreamSource, observeStream } from '../../../src/agent/index.js';
import { withAttributes } from '../../../src/index.js';
import { testRegistry } from '../../../src/testing/index.js';

export const CALL = {
  'gen_ai.operation.name': 'chat',
  'gen_ai.provider.name': 'acme',
  'server.address': 'models.example.com',
} as const;

/** What every measurement has, before the model that answers is known. */
export const ASKED = { ...CALL, 'organization.id': 'org-1' } as const;

/** And afterwards. */
export const ANSWERED = { ...ASKED, 'gen_ai.response.model': 'm-large-2026-01-01' } as const;

const FIRSTS = {
  byte: 'agentModelTimeToFirstByte',
  output: 'genAiClientOperationTimeToFirstChunk',
  text: 'agentModelTimeToFirstText',
} as const;

interface First {
  readonly seconds: number;
  readonly attributes: object;
}

/** One observed call that is over. */
export interface ObservedCall {
  readonly registry: ReturnType<typeof testRegistry<typeof agentMetrics>>;
  /** What reading it threw. */
  readonly error: unknown;
  /** The attributes of its one duration. */
  readonly end: object | undefined;
  readonly exchange: Exchange;
  /** When it was sent, seconds after the call. */
  sentAfter(what: Sent['what']): number;
  /** What was recorded of a first: one value, in seconds, or nothing. */
  first(what: keyof typeof FIRSTS): Promise<First | undefined>;
}

export type Read = (
  stream: AsyncIterable<unknown>,
  exchange: () => Exchange | undefined,
) => Promise<void>;

export const readAll: Read = async (stream) => {
  for await (const _ of stream);
};

/** Makes a call, reads it, and waits until its end is recorded. */
export async function observedCall(
  server: ModelServer,
  open: () => ModelStreamSource,
  read: Read = readAll,
): Promise<ObservedCall> {
  const registry = testRegistry(agentMetrics);
  const index = server.exchanges.length;
  const exchangeOf = () => server.exchanges[index];
  // Read after the measurement has begun, so that what it gives is never less than what was placed.
  let startedAt = Number.NaN;
  const opened = (): ModelStreamSource => {
    startedAt = performance.now();
    return open();
  };
  const error = await withAttributes({ 'organization.id': 'org-1' }, async () => {
    const stream = await observeStream(opened, CALL, { registry });
    await read(stream as AsyncIterable<unknown>, exchangeOf);
  }).catch((thrown: unknown) => thrown);
  const { genAiClientOperationDuration: duration } = registry;
  await vi.waitFor(async () => expect(await duration.total()).toBe(1));
  const [end] = await duration.readAll();
  const exchange = exchangeOf() as Exchange;
  expect(registry.dropped()).toEqual([]);
  return {
    registry,
    error,
    end: end?.attributes,
    exchange,
    sentAfter: (what) => {
      const sent = exchange.sent.find((one) => one.what === what);
      return ((sent?.at ?? Number.NaN) - startedAt) / 1000;
    },
    first: async (what) => {
      const [series, ...others] = await registry[FIRSTS[what]].readAll();
      expect(others).toEqual([]);
      if (series === undefined) return undefined;
      expect(series.value.count).toBe(1);
      return { seconds: series.value.sum, attributes: series.attributes };
    },
  };
}
