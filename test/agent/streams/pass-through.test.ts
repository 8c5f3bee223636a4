import { describe, expect, it } from 'vitest';
import { observeStream } from '../../../src/agent/index.js';
import { MeterbookError } from '../../../src/index.js';
import { CALL, setUp, text } from './support.js';

async function* parts(...texts: string[]) {
  for (const value of texts) yield text(value);
}

async function collect<T>(stream: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const chunk of stream) found.push(chunk);
  return found;
}

describe('an observed generator', () => {
  it('is one still: next, return and throw, with what is sent in', async () => {
    const { options, ends } = setUp();
    const received: unknown[] = [];
    async function* conversation(): AsyncGenerator<string, string, string> {
      try {
        received.push(yield 'one');
        try {
          received.push(yield 'two');
        } catch (error) {
          received.push(error);
        }
        yield 'three';
        return 'end';
      } finally {
        received.push('finally');
      }
    }
    const generator = observeStream(conversation(), CALL, options);
    expect(generator[Symbol.asyncIterator]()).toBe(generator);
    expect(Object.prototype.toString.call(generator)).toBe('[object AsyncGenerator]');
    expect(await generator.next('ignored')).toEqual({ done: false, value: 'one' });
    expect(await generator.next('a')).toEqual({ done: false, value: 'two' });
    expect(await generator.throw('b')).toEqual({ done: false, value: 'three' });
    expect(await ends()).toEqual([]);
    expect(await generator.return('left')).toEqual({ done: true, value: 'left' });
    expect(await generator.next('c')).toEqual({ done: true, value: undefined });
    expect(received).toEqual(['a', 'b', 'finally']);
    expect(await ends()).toEqual(['abandoned']);
  });

  it('ends once: what comes after the end is not recorded', async () => {
    const { options, ends } = setUp();
    const generator = observeStream(parts('a'), CALL, options);
    await collect(generator);
    await generator.return(undefined);
    await expect(generator.throw(new Error('late'))).rejects.toThrow('late');
    expect(await ends()).toEqual([undefined]);
  });

  it('fails with what was thrown, the same object', async () => {
    const { options, ends } = setUp();
    const broken = new RangeError('no more');
    async function* failing() {
      yield text('a');
      throw broken;
    }
    await expect(collect(observeStream(failing(), CALL, options))).rejects.toBe(broken);
    const generator = observeStream(parts('a', 'b'), CALL, options);
    await generator.next();
    await expect(generator.throw(new SyntaxError('mine'))).rejects.toThrow('mine');
    expect(await ends()).toEqual(['RangeError', 'SyntaxError']);
  });
});

describe('an observed iterable', () => {
  it('keeps its class, its private fields and its methods', async () => {
    const { options, ends } = setUp();
    class Answer implements AsyncIterable<object> {
      readonly #texts: string[];
      model = 'm';
      constructor(...texts: string[]) {
        this.#texts = texts;
      }
      get length(): number {
        return this.#texts.length;
      }
      add(value: string): this {
        this.#texts.push(value);
        return this;
      }
      [Symbol.asyncIterator]() {
        return parts(...this.#texts);
      }
    }
    const source = new Answer('a', 'b');
    const observed = observeStream(source, CALL, options);
    expect(observed).toBeInstanceOf(Answer);
    expect(observed.constructor).toBe(Answer);
    expect(observed.length).toBe(2);
    expect(observed.add('c')).toBe(observed);
    expect(observed.add).toBe(observed.add);
    observed.model = 'n';
    expect(source.model).toBe('n');
    expect(Object.keys(observed)).toEqual(['model']);
    expect(await collect(observed)).toEqual([text('a'), text('b'), text('c')]);
    expect(await ends()).toEqual([undefined]);
    // A second reading is the source's own affair, and no second call.
    expect(await collect(observed)).toHaveLength(3);
    expect(await ends()).toEqual([undefined]);
  });

  it('may be frozen', async () => {
    const { options, ends } = setUp();
    const frozen = Object.freeze({
      model: 'm',
      [Symbol.asyncIterator]: () => parts('a'),
    });
    const observed = observeStream(frozen, CALL, options);
    expect(observed.model).toBe('m');
    expect(await collect(observed)).toEqual([text('a')]);
    expect(await ends()).toEqual([undefined]);
  });

  it('may have an iterator without return, and is abandoned all the same', async () => {
    const { options, ends } = setUp();
    const endless = {
      [Symbol.asyncIterator]: () => ({ next: async () => ({ value: text('a') }) }),
    };
    for await (const _ of observeStream(endless, CALL, options) as AsyncIterable<object>) break;
    expect(await ends()).toEqual(['abandoned']);
  });

  it('that nobody reads, or somebody begins to, records no end', async () => {
    const { registry, options, ends } = setUp();
    observeStream(parts('a'), CALL, options);
    const begun = observeStream(parts('a', 'b'), CALL, options)[Symbol.asyncIterator]();
    await begun.next();
    expect(await ends()).toEqual([]);
    expect(await registry.agentModelTimeToFirstByte.total()).toBe(1);
  });

  it('is not abandoned once its answer is complete', async () => {
    const { options, ends } = setUp();
    async function* answer() {
      yield text('a');
      yield { type: 'finish', totalUsage: { inputTokens: 1, outputTokens: 2 } };
      yield text('never asked for');
    }
    for await (const part of observeStream(answer(), CALL, options)) {
      if (part.type === 'finish') break;
    }
    expect(await ends()).toEqual([undefined]);
  });
});

describe('what is passed in', () => {
  it('may be a function, a promise, or a function that returns a promise', async () => {
    const { options, ends } = setUp();
    expect(await collect(observeStream(() => parts('a'), CALL, options))).toEqual([text('a')]);
    const promise = observeStream(Promise.resolve(parts('b')), CALL, options);
    expect(promise).toBeInstanceOf(Promise);
    expect(await collect(await promise)).toEqual([text('b')]);
    expect(await collect(await observeStream(async () => parts('c'), CALL, options))).toHaveLength(
      1,
    );
    expect(await ends()).toEqual([undefined, undefined, undefined]);
  });

  it('is recorded where it fails before there is a stream', async () => {
    const { options, ends } = setUp();
    const refused = Object.assign(new Error('busy'), { status: 503 });
    const throwing = (): AsyncIterable<object> => {
      throw refused;
    };
    expect(() => observeStream(throwing, CALL, options)).toThrow(refused);
    const rejecting = async (): Promise<AsyncIterable<object>> => throwing();
    await expect(observeStream(rejecting, CALL, options)).rejects.toBe(refused);
    expect(await ends()).toEqual(['503', '503']);
  });

  it('is handed on where it turns out to be no stream, and measured as a whole', async () => {
    const { registry, options, ends } = setUp();
    const answer = {
      object: 'chat.completion',
      model: 'm',
      choices: [{ message: { content: 'a' }, finish_reason: 'stop' }],
      usage: { prompt_tokens: 4, completion_tokens: 2 },
    };
    const call = (async () => answer) as unknown as () => Promise<AsyncIterable<object>>;
    expect(await observeStream(call, CALL, options)).toBe(answer);
    expect(await observeStream(async () => null, CALL, options)).toBeNull();
    expect(await ends()).toEqual([undefined, undefined]);
    expect(await registry.genAiClientTokenUsage.total()).toBe(2);
  });

  it('has to be something to observe, with options that can be used', () => {
    const { options } = setUp();
    const refused = [
      () => observeStream(undefined as never, CALL, options),
      () => observeStream('text' as never, CALL, options),
      () => observeStream([1, 2] as never, CALL, options),
      () => observeStream(parts(), CALL, { ...options, startedAt: Number.NaN }),
      () => observeStream(parts(), CALL, { ...options, recognize: 'openai' as never }),
      () => observeStream(parts(), CALL, { registry: {} } as never),
    ];
    for (const call of refused) expect(call).toThrow(MeterbookError);
    expect(refused[0]).toThrow(/observeStream\(\) was given undefined as source/);
    expect(refused[3]).toThrow(/was given NaN as startedAt/);
  });
});

describe('the clock', () => {
  it('starts where it is told to', async () => {
    const { registry, options } = setUp();
    const startedAt = performance.now() - 5_000;
    await collect(observeStream(parts('a'), CALL, { ...options, startedAt }));
    const duration = await registry.genAiClientOperationDuration.read(CALL);
    expect(duration?.sum).toBeGreaterThanOrEqual(5);
    expect(duration?.sum).toBeLessThan(10);
    expect((await registry.agentModelTimeToFirstText.read(CALL))?.sum).toBeGreaterThanOrEqual(5);
  });
});

describe('what cannot be recorded', () => {
  it('does not reach the application', async () => {
    const { registry, options } = setUp();
    const hostile = new Proxy({} as typeof CALL, {
      ownKeys: () => {
        throw new Error('unreadable');
      },
    });
    // The registry is strict: it throws for attributes that are missing.
    expect(await collect(observeStream(parts('a', 'b'), hostile, options))).toHaveLength(2);
    const recognize = () => {
      throw new Error('no idea');
    };
    const unrecognized = observeStream(parts('a'), CALL, { ...options, recognize });
    expect(await collect(unrecognized)).toHaveLength(1);
    const getter = {
      get type(): string {
        throw new Error('no type');
      },
    };
    async function* odd() {
      yield getter;
      yield null;
      yield Symbol('s');
      yield 1n;
    }
    expect(await collect(observeStream(odd(), CALL, options))).toHaveLength(4);
    expect((await registry.genAiClientOperationDuration.read(CALL))?.count).toBe(2);
  });
});
