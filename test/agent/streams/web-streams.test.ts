import { describe, expect, it } from 'vitest';
import { observeStream } from '../../../src/agent/index.js';
import { CALL, setUp, text } from './support.js';

/** A stream that tells how often it was asked and with what it was cancelled. */
function source(chunks: readonly unknown[], failure?: unknown) {
  const seen = { pulls: 0, cancelled: undefined as unknown };
  const stream = new ReadableStream<unknown>(
    {
      pull(controller) {
        const chunk = chunks[seen.pulls++];
        if (chunk !== undefined) controller.enqueue(chunk);
        else if (failure === undefined) controller.close();
        else controller.error(failure);
      },
      cancel(reason) {
        seen.cancelled = reason;
      },
    },
    { highWaterMark: 0 },
  );
  return { stream, seen };
}

const PARTS = [text('a'), text('b'), text('c')];

describe('an observed ReadableStream', () => {
  it('is one, and gives the same chunks when it is asked for them', async () => {
    const { options, ends } = setUp();
    const { stream, seen } = source(PARTS);
    const observed = observeStream(stream, CALL, options);
    expect(observed).toBeInstanceOf(ReadableStream);
    const reader = observed.getReader();
    await new Promise((resolve) => setImmediate(resolve));
    expect(seen.pulls).toBe(0);
    for (const [i, part] of PARTS.entries()) {
      const { value, done } = await reader.read();
      expect(done).toBe(false);
      expect(value).toBe(part);
      expect(seen.pulls).toBe(i + 1);
    }
    expect(await ends()).toEqual([]);
    expect(await reader.read()).toEqual({ done: true, value: undefined });
    await reader.closed;
    expect(await ends()).toEqual([undefined]);
  });

  it('is iterated, left and failed like any other', async () => {
    const { options, ends } = setUp();
    const found: unknown[] = [];
    for await (const part of observeStream(source(PARTS).stream, CALL, options)) found.push(part);
    expect(found).toEqual(PARTS);
    const { stream, seen } = source(PARTS);
    for await (const _ of observeStream(stream, CALL, options)) break;
    expect(seen.pulls).toBe(1);
    const broken = new TypeError('broken');
    const reader = observeStream(source([text('a')], broken).stream, CALL, options).getReader();
    await reader.read();
    await expect(reader.read()).rejects.toBe(broken);
    await expect(reader.closed).rejects.toBe(broken);
    expect(await ends()).toEqual([undefined, 'abandoned', 'TypeError']);
  });

  it('hands its cancellation on', async () => {
    const { options, ends } = setUp();
    const { stream, seen } = source(PARTS);
    await observeStream(stream, CALL, options).cancel('enough');
    expect(seen).toEqual({ pulls: 0, cancelled: 'enough' });
    expect(await ends()).toEqual(['abandoned']);
  });

  it('is piped at the pace of what it is piped to', async () => {
    const { options, ends } = setUp();
    const { stream, seen } = source(PARTS);
    const written: unknown[] = [];
    const upper = new TransformStream<unknown, unknown>();
    const sink = new WritableStream<unknown>({
      async write(chunk) {
        written.push(chunk);
        await new Promise((resolve) => setImmediate(resolve));
        // One that is being written, one in each of the two queues.
        expect(seen.pulls).toBeLessThanOrEqual(written.length + 2);
      },
    });
    await observeStream(stream, CALL, options).pipeThrough(upper).pipeTo(sink);
    expect(written).toEqual(PARTS);
    expect(await ends()).toEqual([undefined]);
  });

  it('is measured once where it is teed', async () => {
    const { registry, options, ends } = setUp();
    const [left, right] = observeStream(source(PARTS).stream, CALL, options).tee();
    const read = async (stream: ReadableStream<unknown>) => {
      const found: unknown[] = [];
      for await (const part of stream) found.push(part);
      return found;
    };
    expect(await Promise.all([read(left), read(right)])).toEqual([PARTS, PARTS]);
    expect(await ends()).toEqual([undefined]);
    expect((await registry.genAiClientOperationTimePerOutputChunk.read(CALL))?.count).toBe(2);
  });

  it('stays a byte stream, for readers that bring their own memory', async () => {
    const { registry, options, ends } = setUp();
    const events = `data: ${JSON.stringify(text('ab'))}\n\ndata: ${JSON.stringify(text('c'))}\n\n`;
    const bytes = new TextEncoder().encode(events);
    const body = new Response(bytes).body as ReadableStream<Uint8Array>;
    const reader = observeStream(body, CALL, options).getReader({ mode: 'byob' });
    const found: number[] = [];
    for (;;) {
      const { value, done } = await reader.read(new Uint8Array(7));
      if (done) break;
      expect(value.byteLength).toBeLessThanOrEqual(7);
      found.push(...value);
    }
    expect(found).toEqual([...bytes]);
    expect(await ends()).toEqual([undefined]);
    expect((await registry.agentModelTimeToFirstText.read(CALL))?.count).toBe(1);
  });

  it('answers a request as the body of a Response', async () => {
    const { options, ends } = setUp();
    const bytes = new TextEncoder().encode('data: {"type":"ping"}\n\n');
    const { stream } = source([bytes]);
    const body = observeStream(stream as ReadableStream<Uint8Array>, CALL, options);
    expect(await new Response(body).text()).toBe('data: {"type":"ping"}\n\n');
    expect(await ends()).toEqual([undefined]);
  });

  it('that is locked already is left alone', async () => {
    const { options, ends } = setUp();
    const { stream } = source(PARTS);
    const reader = stream.getReader();
    expect(observeStream(stream, CALL, options)).toBe(stream);
    expect((await reader.read()).value).toBe(PARTS[0]);
    expect(await ends()).toEqual([]);
  });
});
