import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { observeStream } from '../../../src/agent/index.js';
import { tries } from '../../support/property.js';
import { CALL, setUp } from './support.js';

/** What a source does, in order; after the last step it is at its end. */
type Step = { readonly chunk: object } | { readonly failure: Error };
/** What a consumer does when it has got so many chunks. */
type Consumer = { readonly leavesAfter: number } | { readonly throwsAfter: number } | undefined;

const chunks = fc.oneof(
  fc.record({ type: fc.constant('text-delta'), text: fc.string() }),
  fc.record({
    type: fc.constantFrom('start', 'ping', 'reasoning-delta', 'finish', 'error', 'odd'),
  }),
  fc.record({ choices: fc.array(fc.object()), usage: fc.object() }),
  fc.object(),
);
const steps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.oneof(
    { weight: 8, arbitrary: fc.record({ chunk: chunks }) },
    { weight: 1, arbitrary: fc.string().map((message) => ({ failure: new TypeError(message) })) },
  ),
  { maxLength: 12 },
);
const consumers: fc.Arbitrary<Consumer> = fc.oneof(
  fc.constant(undefined),
  fc.record({ leavesAfter: fc.nat(12) }),
  fc.record({ throwsAfter: fc.nat(12) }),
);

/** Plays a script as a source of each kind, and tells what was asked of it. */
const SOURCES = {
  generator(script: readonly Step[], log: string[]) {
    return (async function* () {
      try {
        for (const step of script) {
          log.push('pull');
          if ('failure' in step) throw step.failure;
          yield step.chunk;
        }
        log.push('pull');
      } finally {
        log.push('closed');
      }
    })();
  },
  iterable(script: readonly Step[], log: string[]) {
    let at = 0;
    const next = async (): Promise<IteratorResult<object>> => {
      log.push('pull');
      const step = script[at++];
      if (step === undefined) return { done: true, value: undefined };
      if ('failure' in step) throw step.failure;
      return { done: false, value: step.chunk };
    };
    const leave = async (): Promise<IteratorResult<object>> => {
      log.push('closed');
      return { done: true, value: undefined };
    };
    return { [Symbol.asyncIterator]: () => ({ next, return: leave }) };
  },
  ReadableStream(script: readonly Step[], log: string[]) {
    let at = 0;
    return new ReadableStream<object>(
      {
        pull(controller) {
          log.push('pull');
          const step = script[at++];
          if (step === undefined) controller.close();
          else if ('failure' in step) controller.error(step.failure);
          else controller.enqueue(step.chunk);
        },
        cancel() {
          log.push('closed');
        },
      },
      { highWaterMark: 0 },
    ) as AsyncIterable<object>;
  },
};

/** Reads a stream, and tells what came of it. */
async function play(stream: AsyncIterable<object>, consumer: Consumer) {
  const found: object[] = [];
  const mine = new Error('of the consumer');
  try {
    for await (const chunk of stream) {
      found.push(chunk);
      if (consumer === undefined) continue;
      if ('leavesAfter' in consumer && found.length > consumer.leavesAfter) break;
      if ('throwsAfter' in consumer && found.length > consumer.throwsAfter) throw mine;
    }
    return { found, thrown: undefined };
  } catch (error) {
    return { found, thrown: error === mine ? 'of the consumer' : error };
  }
}

describe.each(Object.entries(SOURCES))('any script played by a %s', (_, source) => {
  it('is seen by its consumer as without us, and recorded once', async () => {
    await fc.assert(
      fc.asyncProperty(steps, consumers, fc.boolean(), async (script, consumer, isPromised) => {
        const bare: string[] = [];
        const expected = await play(source(script, bare), consumer);
        const { options, ends } = setUp();
        const log: string[] = [];
        const observed = isPromised
          ? await observeStream(async () => source(script, log), CALL, options)
          : observeStream(() => source(script, log), CALL, options);
        const result = await play(observed, consumer);
        expect(log).toEqual(bare);
        expect(result.found).toHaveLength(expected.found.length);
        for (const [i, chunk] of expected.found.entries()) expect(result.found[i]).toBe(chunk);
        expect(result.thrown).toBe(expected.thrown);
        expect(await ends()).toHaveLength(1);
      }),
      tries(150),
    );
  });
});
