import { AsyncResource } from 'node:async_hooks';
import { EventEmitter, on, once } from 'node:events';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { getAttributes, withAttributes } from '../../src/index.js';

const who = () => getAttributes()['who'];
/** What a callback sees that is handed over in the context of "a" and called outside of it. */
const seenBy = (hand: (callback: () => void) => void): Promise<unknown> =>
  new Promise((resolve) => withAttributes({ who: 'a' }, () => hand(() => resolve(who()))));

describe('the request context goes along', () => {
  it.each<[string, (callback: () => void) => void]>([
    ['setTimeout', (callback) => setTimeout(callback, 1)],
    ['setImmediate', (callback) => setImmediate(callback)],
    ['queueMicrotask', (callback) => queueMicrotask(callback)],
    ['process.nextTick', (callback) => process.nextTick(callback)],
    ['then()', (callback) => void Promise.resolve().then(callback)],
    ['timers/promises', (callback) => void sleep(1).then(callback)],
  ])('into %s', async (_, hand) => {
    expect(await seenBy(hand)).toBe('a');
    expect(who()).toBeUndefined();
  });

  it('into setInterval, at each call', async () => {
    const seen: unknown[] = [];
    await new Promise<void>((resolve) => {
      withAttributes({ who: 'a' }, () => {
        const timer = setInterval(() => {
          if (seen.push(who()) < 3) return;
          clearInterval(timer);
          resolve();
        }, 1);
      });
    });
    expect(seen).toEqual(['a', 'a', 'a']);
  });

  it('past awaits, of parallel requests each its own', async () => {
    const run = (name: string) =>
      withAttributes({ who: name }, async () => {
        await sleep(1);
        const [first] = await Promise.all([Promise.resolve(who()), sleep(1)]);
        return [first, who()];
      });
    expect(await Promise.all([run('a'), run('b')])).toEqual([
      ['a', 'a'],
      ['b', 'b'],
    ]);
  });

  it('to where a promise is awaited, not from where it is resolved', async () => {
    let resolve: () => void = () => undefined;
    const gate = new Promise<void>((it) => {
      resolve = it;
    });
    const seen = withAttributes({ who: 'a' }, async () => {
      await gate;
      return who();
    });
    withAttributes({ who: 'b' }, () => resolve());
    expect(await seen).toBe('a');
  });

  it('through a pipeline of Node streams', async () => {
    const seen: unknown[] = [];
    await withAttributes({ who: 'a' }, () =>
      pipeline(
        Readable.from(['x', 'y']),
        new Transform({
          transform(chunk, _encoding, done) {
            seen.push(who());
            setImmediate(done, null, chunk);
          },
          flush(done) {
            seen.push(who());
            done();
          },
        }),
        async (source) => {
          for await (const _ of source) seen.push(who());
        },
      ),
    );
    expect(seen).toEqual(['a', 'a', 'a', 'a', 'a']);
  });

  it('through web streams', async () => {
    const seen: unknown[] = [];
    await withAttributes({ who: 'a' }, async () => {
      const source = new ReadableStream({
        async pull(controller) {
          await sleep(1);
          seen.push(who());
          controller.enqueue('x');
          controller.close();
        },
      });
      const transform = new TransformStream({
        transform(chunk, controller) {
          seen.push(who());
          controller.enqueue(chunk);
        },
      });
      for await (const _ of source.pipeThrough(transform)) seen.push(who());
    });
    expect(seen).toEqual(['a', 'a', 'a']);
  });

  it('into the loop over events of an emitter', async () => {
    const emitter = new EventEmitter();
    const seen = withAttributes({ who: 'a' }, async () => {
      await once(emitter, 'ready');
      for await (const _ of on(emitter, 'event')) return who();
      return undefined;
    });
    withAttributes({ who: 'emitter' }, () => emitter.emit('ready'));
    await sleep(1);
    withAttributes({ who: 'emitter' }, () => emitter.emit('event'));
    expect(await seen).toBe('a');
  });
});

describe('the limits of the request context', () => {
  it('an async generator runs in the context of whoever asks for the next value', async () => {
    async function* generate() {
      yield who();
      await sleep(1);
      yield who();
    }
    const made = withAttributes({ who: 'maker' }, () => generate());
    const first = await withAttributes({ who: 'first' }, () => made.next());
    const second = await withAttributes({ who: 'second' }, () => made.next());
    expect([first.value, second.value]).toEqual(['first', 'second']);
  });

  it('and it keeps its context where each step is run in it', async () => {
    async function* generate() {
      yield who();
      await sleep(1);
      yield who();
    }
    const seen: unknown[] = [];
    const [made, inside] = withAttributes({ who: 'maker' }, () => [
      generate(),
      AsyncResource.bind((fn: () => unknown) => fn()),
    ]);
    for (;;) {
      const { value, done } = (await inside(() => made.next())) as IteratorResult<unknown>;
      if (done === true) break;
      seen.push(value);
    }
    expect(seen).toEqual(['maker', 'maker']);
  });

  it('a listener runs in the context of whoever emits, unless it is bound', () => {
    const emitter = new EventEmitter();
    const seen: unknown[] = [];
    withAttributes({ who: 'a' }, () => {
      emitter.on('event', () => seen.push(who()));
      emitter.on(
        'event',
        AsyncResource.bind(() => seen.push(who())),
      );
    });
    emitter.emit('event');
    withAttributes({ who: 'emitter' }, () => emitter.emit('event'));
    expect(seen).toEqual([undefined, 'a', 'emitter', 'a']);
  });

  it('a worker has none of it, and its messages come without', async () => {
    const seen = await withAttributes({ who: 'a' }, () => {
      const worker = new Worker(
        `const { parentPort } = require('node:worker_threads');
         const key = Symbol.for('meterbook.context.1');
         parentPort.postMessage(globalThis[key]?.getStore()?.who ?? 'nobody');`,
        { eval: true },
      );
      return once(worker, 'message');
    });
    expect(seen).toEqual(['nobody']);
  });
});
