import { describe, expect, it } from 'vitest';
import { observeStream } from '../../../src/agent/index.js';
import { usedBytes } from '../../support/heap.js';
import { CALL, setUp, text } from './support.js';

const STREAMS = 2_000;
const BYTES_EACH = 10_000;

/** A source that holds something that would be missed. */
async function* heavy(held: Uint8Array) {
  yield text(String(held.length));
  yield text(String(held.length));
}

const LEFT: Readonly<Record<string, (stream: AsyncGenerator<object>) => Promise<unknown>>> = {
  'nobody consumes': async () => undefined,
  'somebody drops half-way': (stream) => stream.next(),
  'somebody leaves': async (stream) => {
    for await (const _ of stream) break;
  },
};

/** Bytes that are still in use after many streams were left in this way. */
async function growth(leave: (stream: AsyncGenerator<object>) => Promise<unknown>) {
  const { options } = setUp();
  const run = async () => {
    for (let i = 0; i < STREAMS; i++) {
      await leave(observeStream(heavy(new Uint8Array(BYTES_EACH)), CALL, options));
    }
  };
  await run();
  const before = usedBytes();
  await run();
  return usedBytes() - before;
}

describe('streams that', () => {
  it.each(Object.entries(LEFT))('%s are not kept', async (_, leave) => {
    expect(await growth(leave)).toBeLessThan((STREAMS * BYTES_EACH) / 10);
  });

  it('are kept by the application are seen here', async () => {
    const kept: unknown[] = [];
    expect(await growth(async (stream) => kept.push(stream))).toBeGreaterThan(STREAMS * BYTES_EACH);
  });
});
