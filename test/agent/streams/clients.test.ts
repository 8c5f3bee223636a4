import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type ApiFailure,
  type ModelAnswer,
  type ModelServer,
  startModelServer,
} from '../../../examples/agent/model-server/index.js';
import { DRIVERS } from './drivers.js';
import { ANSWERED, ASKED, observedCall, type Read, readAll } from './observed-call.js';

/** How far what is measured may be from when it was sent, seconds. */
const TOLERANCE = 0.01;

/** On a busy machine the process itself may be late, which is nobody's measurement. */
const ATTEMPTS = 8;

function isWithin(late: Readonly<Record<string, number>>, tolerance: number): boolean {
  const found = Object.values(late);
  return found.length > 0 && found.every((seconds) => seconds < tolerance);
}

let server: ModelServer;
let next: ModelAnswer | ApiFailure;
beforeAll(async () => {
  Object.assign(globalThis, { AI_SDK_LOG_WARNINGS: false });
  server = await startModelServer({ answer: () => next });
});
afterAll(() => server.close());

describe.each(DRIVERS)('$name', (driver) => {
  const call = (answer: ModelAnswer | ApiFailure, read: Read = readAll, signal?: AbortSignal) => {
    next = answer;
    return observedCall(server, () => driver.open(server.url, signal), read);
  };
  /** What is known until the answer is complete. */
  const PARTIAL = driver.tellsModelLast === true ? ASKED : ANSWERED;
  // The first call of a client loads and compiles what it needs.
  beforeAll(async () => {
    await call({ steps: [{ reasoning: 'a' }, { text: 'b' }] });
  });

  it('is measured where the server placed its delays', async () => {
    const { tellsReasoning = true } = driver;
    let late: Readonly<Record<string, number>> = {};
    for (let i = 0; i < ATTEMPTS && !isWithin(late, TOLERANCE); i++) {
      const { registry, error, end, first, sentAfter } = await call({
        steps: [
          { wait: 10 },
          { wait: 20 },
          { reasoning: 'hm' },
          { wait: 30 },
          { text: 'Hel' },
          { wait: 20 },
          { text: 'lo' },
        ],
      });
      expect(error).toBeUndefined();
      expect(end).toEqual(ANSWERED);
      const firsts = [await first('byte'), await first('output'), await first('text')];
      expect(firsts.map((one) => one?.attributes)).toEqual([PARTIAL, PARTIAL, PARTIAL]);
      const gaps = await registry.genAiClientOperationTimePerOutputChunk.read(PARTIAL);
      expect(gaps?.count).toBe(tellsReasoning ? 2 : 1);
      const [byte = Number.NaN, output = Number.NaN, text = Number.NaN] = firsts.map(
        (one) => one?.seconds,
      );
      const duration = (await registry.genAiClientOperationDuration.read(ANSWERED))?.sum;
      const sentOutput = sentAfter(tellsReasoning ? 'reasoning' : 'text');
      const found = {
        byte: byte - (driver.beginsWithOutput ? sentOutput : sentAfter('start')),
        output: output - sentOutput,
        text: text - sentAfter('text'),
        duration: (duration ?? Number.NaN) - sentAfter('end'),
      };
      // Nothing is measured before it was sent.
      for (const [what, seconds] of Object.entries(found)) {
        expect(seconds, what).toBeGreaterThan(0);
        late = { ...late, [what]: Math.min(late[what] ?? Number.POSITIVE_INFINITY, seconds) };
      }
      expect(gaps?.sum).toBeLessThan((duration ?? 0) - output);
    }
    expect(isWithin(late, TOLERANCE), JSON.stringify(late)).toBe(true);
  });

  it('is counted in tokens, those of the cache included', async () => {
    const { registry } = await call({
      steps: [{ text: 'a' }],
      usage: { input: 100, output: 7, cached: 40 },
    });
    const usage = registry.genAiClientTokenUsage;
    expect(await usage.total()).toBe(2);
    const of = (type: 'input' | 'output') => usage.read({ ...ANSWERED, 'gen_ai.token.type': type });
    expect((await of('input'))?.sum).toBe(100);
    expect((await of('output'))?.sum).toBe(7);
  });

  it('has its first output in the call of a tool, and no text', async () => {
    const { end, first } = await call({
      steps: [{ wait: 5 }, { tool: 'search', arguments: ['{"q":', '"x"}'] }],
    });
    expect(end).toEqual(ANSWERED);
    expect(await first('output')).toMatchObject({ attributes: PARTIAL });
    expect(await first('text')).toBeUndefined();
  });

  it('fails by an event in the middle of it', async () => {
    const { end, first, registry } = await call({
      steps: [{ text: 'a' }, { wait: 5 }, { failure: { type: 'overloaded_error', message: 'x' } }],
    });
    expect(end).toEqual({ ...ANSWERED, 'error.type': 'overloaded_error' });
    expect(await first('text')).toMatchObject({ attributes: PARTIAL });
    expect(await registry.genAiClientTokenUsage.total({ 'gen_ai.token.type': 'output' })).toBe(0);
  });

  it('fails by a connection that is cut', async () => {
    const { end, first, error } = await call({
      steps: [{ text: 'a' }, { wait: 20 }, { cut: true }],
    });
    expect(error).toBeInstanceOf(Error);
    expect(end).toEqual({ ...PARTIAL, 'error.type': 'UND_ERR_SOCKET' });
    expect(await first('text')).toMatchObject({ attributes: PARTIAL });
  });

  it('fails before there is a stream', async () => {
    const { end, first } = await call({
      status: 429,
      type: 'rate_limit_error',
      code: 'rate_limit_exceeded',
      message: 'slow down',
    });
    const errorType = driver.limited ?? 'rate_limit_exceeded';
    expect(end).toEqual({ ...ASKED, 'error.type': errorType });
    expect(await first('byte')).toBeUndefined();
  });

  it('is cancelled by a signal', async () => {
    const controller = new AbortController();
    const abortOnText: Read = async (stream, exchange) => {
      for await (const _ of stream) {
        if (exchange()?.sent.some(({ what }) => what === 'text')) controller.abort();
      }
    };
    const answer = { steps: [{ text: 'a' }, { wait: 5_000 }, { text: 'b' }] };
    const { end, exchange } = await call(answer, abortOnText, controller.signal);
    expect(end).toMatchObject({ 'error.type': 'cancelled' });
    expect(await exchange.closed).toEqual({ byClient: true });
  });

  it('is abandoned by a consumer that stops early', async () => {
    const leaveOnText: Read = async (stream, exchange) => {
      for await (const _ of stream) {
        if (exchange()?.sent.some(({ what }) => what === 'text')) break;
      }
    };
    const answer = { steps: [{ text: 'a' }, { wait: 5_000 }, { text: 'b' }] };
    const { end, error } = await call(answer, leaveOnText);
    expect(error).toBeUndefined();
    expect(end).toMatchObject({ 'error.type': 'abandoned' });
  });
});
