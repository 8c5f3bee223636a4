import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { DEFAULT_ASKING } from '../../../src/live/asking.js';
import type { Asking } from '../../../src/live/protocol.js';

interface Connecting {
  connect(
    asking: Asking,
    listener: {
      onAnswer: () => void;
      onConnection: (connection: { readonly state: string }) => void;
    },
  ): () => void;
}

// Not a literal: it is written for a browser, of which these tests have no types.
const { href } = new URL('../../../src/live/page/connection.ts', import.meta.url);
const { connect } = (await import(href)) as Connecting;

/** As much of a browser as a connection needs. */
class Source {
  static readonly all: Source[] = [];
  onmessage: (event: { data: string }) => void = () => undefined;
  onerror: () => void = () => undefined;
  isOpen = true;

  constructor(readonly url: string) {
    Source.all.push(this);
  }

  addEventListener(): void {}

  close(): void {
    this.isOpen = false;
  }
}

const tab = Object.assign(new EventTarget(), { hidden: false });
const states: string[] = [];
let answerOnce: (response: Response) => void = () => undefined;
let close: () => void = () => undefined;

function hide(hidden: boolean): void {
  tab.hidden = hidden;
  tab.dispatchEvent(new Event('visibilitychange'));
}

const open = () => Source.all.filter(({ isOpen }) => isOpen);
const last = () => Source.all.at(-1) as Source;

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('EventSource', Source);
  vi.stubGlobal('document', tab);
  vi.stubGlobal('fetch', () => new Promise((resolve) => (answerOnce = resolve)));
  Source.all.splice(0);
  states.splice(0);
  close = connect(DEFAULT_ASKING, {
    onAnswer: () => undefined,
    onConnection: ({ state }) => states.push(state),
  });
});

afterEach(() => {
  close();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe('a connection', () => {
  it('takes a stream that is silent for lost, and opens another', () => {
    last().onmessage({ data: '{}' });
    for (let i = 0; i < 4; i++) {
      vi.advanceTimersByTime(20_000);
      last().onmessage({ data: '{}' });
    }
    expect([Source.all.length, states.at(-1)]).toEqual([1, 'live']);
    vi.advanceTimersByTime(30_000);
    expect([open().length, states.at(-1)]).toEqual([0, 'lost']);
    vi.advanceTimersByTime(1_000);
    expect([open().length, Source.all.length]).toEqual([1, 2]);
  });

  it('keeps the stream that was opened while it asked why another had failed', async () => {
    last().onerror();
    hide(true);
    hide(false);
    last().onmessage({ data: '{}' });
    answerOnce(new Response('{}'));
    await vi.advanceTimersByTimeAsync(5_000);
    expect([open().length, Source.all.length, states.at(-1)]).toEqual([1, 2, 'live']);
  });

  it('leaves nothing behind when it is closed or the tab is hidden', () => {
    hide(true);
    expect([open().length, vi.getTimerCount()]).toEqual([0, 0]);
    hide(false);
    expect(open()).toHaveLength(1);
    close();
    expect([open().length, vi.getTimerCount()]).toEqual([0, 0]);
  });
});
