import { writeAsking } from '../asking.js';
import type { Answer, Asking } from '../protocol.js';

/** How it is with the server. */
export type Connection =
  | { readonly state: 'connecting' | 'live' | 'still' }
  /** `why` is what the server says, where it says something. */
  | { readonly state: 'lost'; readonly why?: string | undefined };

export interface Listener {
  onAnswer(answer: Answer): void;
  onConnection(connection: Connection): void;
}

const FIRST_RETRY_MILLIS = 1_000;
const LAST_RETRY_MILLIS = 8_000;
/** A stream has an answer every 5 s at least: one that is silent for longer is dead, and nobody was told. */
const SILENT_MILLIS = 30_000;

/**
 * Keeps answers coming: a stream while the end of the span is now, a single answer where it is fixed. Tries
 * again, after 1 s and then less and less often up to 8 s, until it is closed; also where a stream is silent
 * for 30 s. Asks for nothing while the tab is hidden.
 *
 * @returns ends it
 */
export function connect(asking: Asking, listener: Listener): () => void {
  const query = writeAsking(asking).toString();
  const isStill = asking.to !== undefined;
  let isClosed = false;
  let isDone = false;
  let source: EventSource | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let silence: ReturnType<typeof setTimeout> | undefined;
  let retry = FIRST_RETRY_MILLIS;

  function take(answer: Answer): void {
    retry = FIRST_RETRY_MILLIS;
    listener.onConnection({ state: isStill ? 'still' : 'live' });
    listener.onAnswer(answer);
  }

  /** Ends the stream, if there is one. */
  function drop(): void {
    clearTimeout(silence);
    source?.close();
    source = undefined;
  }

  /** Waits for the next sign of life. */
  function listen(): void {
    clearTimeout(silence);
    silence = setTimeout(() => lose('it has been silent for too long'), SILENT_MILLIS);
  }

  function lose(why?: string): void {
    drop();
    if (isClosed || document.hidden) return;
    listener.onConnection({ state: 'lost', why });
    clearTimeout(timer);
    timer = setTimeout(open, retry);
    retry = Math.min(retry * 2, LAST_RETRY_MILLIS);
  }

  async function askOnce(): Promise<void> {
    const answer = await ask(query);
    if (isClosed) return;
    if (typeof answer === 'string') return lose(answer === '' ? undefined : answer);
    isDone = true;
    take(answer);
  }

  function follow(): void {
    const stream = new EventSource(`/api/stream?${query}`);
    source = stream;
    listen();
    stream.onmessage = ({ data }) => {
      listen();
      take(JSON.parse(data) as Answer);
    };
    stream.addEventListener('fault', ({ data }) => {
      listen();
      listener.onConnection({ state: 'lost', why: JSON.parse(data as string) as string });
    });
    stream.onerror = () => {
      if (source !== stream) return;
      drop();
      // An EventSource does not tell why: the same question without a stream does.
      void ask(query).then((answer) => {
        // Meanwhile the tab may have been hidden, and shown again.
        if (!isClosed && source === undefined)
          lose(typeof answer === 'string' && answer !== '' ? answer : undefined);
      });
    };
  }

  function open(): void {
    if (isClosed || isDone || document.hidden || source !== undefined) return;
    clearTimeout(timer);
    if (isStill) void askOnce();
    else follow();
  }

  function onVisibility(): void {
    if (document.hidden) {
      clearTimeout(timer);
      drop();
    } else open();
  }

  document.addEventListener('visibilitychange', onVisibility);
  listener.onConnection({ state: 'connecting' });
  open();
  return () => {
    isClosed = true;
    clearTimeout(timer);
    drop();
    document.removeEventListener('visibilitychange', onVisibility);
  };
}

/** One answer, or why there is none: empty where the server cannot be reached. */
export async function ask(query: string): Promise<Answer | string> {
  try {
    const response = await fetch(`/api/answer?${query}`, {
      signal: AbortSignal.timeout(SILENT_MILLIS),
    });
    const body = (await response.json()) as Answer | { readonly error?: string };
    if (response.ok) return body as Answer;
    return (body as { error?: string }).error ?? `the server answered ${response.status}`;
  } catch {
    return '';
  }
}
