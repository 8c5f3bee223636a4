import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { observeStream } from '../../../src/agent/index.js';
import { tries } from '../../support/property.js';
import { CALL, setUp, text } from './support.js';

const event = (data: unknown) =>
  `data: ${typeof data === 'string' ? data : JSON.stringify(data)}\n\n`;

async function* from<T>(chunks: readonly T[]) {
  yield* chunks;
}

async function observe(chunks: readonly unknown[]) {
  const { registry, options, ends } = setUp();
  const found: unknown[] = [];
  for await (const chunk of observeStream(from(chunks), CALL, options)) found.push(chunk);
  expect(found).toHaveLength(chunks.length);
  for (const [i, chunk] of chunks.entries()) expect(found[i]).toBe(chunk);
  const gaps = await registry.genAiClientOperationTimePerOutputChunk.total();
  const first = await registry.genAiClientOperationTimeToFirstChunk.total();
  return { registry, outputs: gaps + first, ends: await ends() };
}

/** Cuts bytes at the places given, which may be in the middle of a character. */
function cut(bytes: Uint8Array, places: readonly number[]): readonly Uint8Array[] {
  const at = [...new Set(places.map((place) => place % bytes.length))].sort((a, b) => a - b);
  return [0, ...at].map((start, i) => bytes.slice(start, at[i] ?? bytes.length));
}

const ANSWER = [
  ': a comment\n\n',
  event({ type: 'response.created', response: { model: 'm-1' } }),
  `event: response.output_text.delta\nid: 1\n${event({ type: 'response.output_text.delta', delta: 'Grüße, 世界 🌍' })}`,
  event({ type: 'response.output_text.delta', delta: '👩‍👩‍👧' }).replaceAll('\n', '\r\n'),
  'data: {"type":\ndata: "response.output_text.delta"}\n\n',
  event({ type: 'response.completed', response: { usage: { input_tokens: 3, output_tokens: 2 } } }),
  event('[DONE]'),
].join('');

describe('server-sent events', () => {
  it('are read however they are cut into chunks', async () => {
    const bytes = new TextEncoder().encode(ANSWER);
    const places = fc.array(fc.nat(), { maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(places, async (at) => {
        const { registry, outputs, ends } = await observe(cut(bytes, at));
        expect(outputs).toBe(3);
        expect(ends).toEqual([undefined]);
        const usage = registry.genAiClientTokenUsage;
        const of = {
          ...CALL,
          'gen_ai.response.model': 'm-1',
          'gen_ai.token.type': 'input',
        } as const;
        expect((await usage.read(of))?.sum).toBe(3);
      }),
      tries(60),
    );
  });

  it('are read of text as well', async () => {
    const half = ANSWER.indexOf('世界');
    const { outputs } = await observe([ANSWER.slice(0, half), '', ANSWER.slice(half)]);
    expect(outputs).toBe(3);
  });

  it('are told from text that is the answer itself', async () => {
    const { registry, outputs } = await observe(['', 'The ', 'data: none', '\n\n', 'id: 1']);
    expect(outputs).toBe(4);
    expect(await registry.agentModelTimeToFirstText.total()).toBe(1);
  });

  it('may be anything, and never reach the application', async () => {
    const { outputs, ends } = await observe([
      new TextEncoder().encode('data: {not json\n\ndata: null\n\ndata: 12\n\ndata: "text"\n\n'),
      new Uint8Array([0xff, 0xfe, 0x00, 0xc3]),
      new TextEncoder().encode('\n\nretry: never\n\nunknown: x\n\n'),
      new TextEncoder().encode(event(text('a'))),
    ]);
    expect(outputs).toBeLessThanOrEqual(2);
    expect(ends).toEqual([undefined]);
  });

  it('that never end are not collected', async () => {
    const megabyte = new Uint8Array(1_048_576).fill(97);
    const { outputs, ends } = await observe(Array.from({ length: 8 }, () => megabyte));
    expect(outputs).toBe(0);
    expect(ends).toEqual([undefined]);
  });
});
