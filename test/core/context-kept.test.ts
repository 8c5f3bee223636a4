import { AsyncResource } from 'node:async_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { currentContext, enterContext, runInContext } from '../../src/core/index.js';
import { addAttributes, getAttributes, withAttributes } from '../../src/index.js';

/** Runs apart from the test's own context, so that what is entered ends with it. */
const apart = <Result>(fn: () => Result): Result => new AsyncResource('test').runInAsyncScope(fn);

describe('a context that is kept', () => {
  it('can be run in later, with what was added in the meantime', async () => {
    let kept: ReturnType<typeof currentContext>;
    withAttributes({ a: 1 }, () => {
      kept = currentContext();
      addAttributes({ b: 2 });
    });
    expect(getAttributes()).toEqual({});
    await sleep(1);
    expect(runInContext(kept, getAttributes)).toEqual({ a: 1, b: 2 });
  });

  it('of nothing is no context at all, also inside of another', () => {
    expect(currentContext()).toBeUndefined();
    withAttributes({ a: 1 }, () => {
      expect(runInContext(undefined, getAttributes)).toEqual({});
      expect(runInContext(undefined, () => addAttributes({ b: 2 }))).toBe(false);
      expect(getAttributes()).toEqual({ a: 1 });
    });
  });

  it('passes on what the function returns or throws, and leaves the one around as it was', async () => {
    const kept = withAttributes({ a: 1 }, currentContext);
    const failure = new Error('of the application');
    expect(await runInContext(kept, async () => 7)).toBe(7);
    expect(() =>
      runInContext(kept, () => {
        throw failure;
      }),
    ).toThrow(failure);
    expect(getAttributes()).toEqual({});
  });
});

describe('a context that is entered', () => {
  it('holds for the rest of the execution and what that starts, and ends with it', async () => {
    const later = apart(() => {
      enterContext({ a: 1 });
      expect(getAttributes()).toEqual({ a: 1 });
      return sleep(1).then(getAttributes);
    });
    expect(getAttributes()).toEqual({});
    expect(await later).toEqual({ a: 1 });
  });

  it('has these attributes alone: a connection carries one request after the other', () => {
    apart(() => {
      enterContext({ a: 1, b: 2 });
      enterContext({ a: 3 });
      expect(getAttributes()).toEqual({ a: 3 });
      enterContext(undefined);
      expect(getAttributes()).toEqual({});
      expect(addAttributes({ c: 4 })).toBe(true);
    });
  });

  it('is a copy, which attributes are added to', () => {
    apart(() => {
      const given = { a: 1 };
      const context = enterContext(given);
      addAttributes({ b: 2 });
      given.a = 9;
      expect(context).toEqual({ a: 1, b: 2 });
      expect(currentContext()).toBe(context);
    });
  });

  it('does not let a getter that throws reach the application', () => {
    const broken = {
      a: 1,
      get b(): string {
        throw new Error('of the application');
      },
    };
    apart(() => {
      expect(() => enterContext(broken)).not.toThrow();
      expect(getAttributes()).toEqual({ a: 1 });
    });
  });
});
