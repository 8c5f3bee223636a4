import type { ServerResponse } from 'node:http';
import type { Asking } from '../protocol.js';
import { type Answers, keyOf, type SentAnswer } from './answers.js';

/** Between two answers, milliseconds. */
const TICK_MILLIS = 1_000;
/** An answer is sent this often where nothing has come in, for time goes on: milliseconds. */
const NO_NEWS_MILLIS = 5_000;
const HEARTBEAT_MILLIS = 15_000;
/** A client that takes nothing for this long is cut off, milliseconds. */
const STUCK_MILLIS = 60_000;
/** Answers take at most one part in so many of the time. */
const SHARE = 4;
/** After how long a browser connects again, milliseconds. */
const RETRY_MILLIS = 2_000;
/** Streams, and different askings among them, at a time. */
export const MOST_STREAMS = 64;
export const MOST_ASKINGS = 16;

interface Client {
  readonly response: ServerResponse;
  /** When it stopped taking what it is sent; `undefined` while it takes it. */
  stuckSince: number | undefined;
  lastSent: number;
}

/** Everybody who asks for the same. */
interface Group {
  readonly asking: Asking;
  readonly clients: Set<Client>;
  sent: SentAnswer | undefined;
}

/**
 * Answers as server-sent events: one each second when there is something new. What several ask for is
 * computed once. A client that is slower than that misses answers, and none is queued for it.
 */
export class Streams {
  private readonly groups = new Map<string, Group>();
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly answers: Answers) {}

  get clients(): number {
    return [...this.groups.values()].reduce((sum, { clients }) => sum + clients.size, 0);
  }

  /** Whether there is room for one more that asks for this. */
  hasRoom(asking: Asking): boolean {
    if (this.clients >= MOST_STREAMS) return false;
    return this.groups.size < MOST_ASKINGS || this.groups.has(keyOf(asking));
  }

  /** Sends answers until the client is gone. The head of the response must not have been sent. */
  add(asking: Asking, response: ServerResponse): void {
    const key = keyOf(asking);
    const first = this.answers.answer(asking, key);
    const group = this.groups.get(key) ?? { asking, clients: new Set(), sent: first };
    this.groups.set(key, group);
    const client: Client = { response, stuckSince: undefined, lastSent: 0 };
    group.clients.add(client);
    response.on('close', () => {
      group.clients.delete(client);
      if (group.clients.size === 0) this.groups.delete(key);
    });
    response.on('drain', () => {
      client.stuckSince = undefined;
    });
    response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' });
    send(client, `retry: ${RETRY_MILLIS}\n${eventOf(first)}`);
    this.timer ??= this.after(TICK_MILLIS);
  }

  close(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    for (const { clients } of this.groups.values()) {
      for (const { response } of clients) response.end();
    }
  }

  private after(millis: number): NodeJS.Timeout {
    return setTimeout(() => this.tick(), millis).unref();
  }

  private tick(): void {
    const start = performance.now();
    for (const group of this.groups.values()) this.send(group, start);
    const took = performance.now() - start;
    this.timer =
      this.groups.size === 0 ? undefined : this.after(Math.max(TICK_MILLIS, took * SHARE));
  }

  private send(group: Group, now: number): void {
    const { asking, clients } = group;
    const ready = [...clients].filter((client) => isReady(client, now));
    if (ready.length === 0) return;
    const age = now - (group.sent?.computedAt ?? Number.NEGATIVE_INFINITY);
    const isNew = group.sent?.revision !== this.answers.revision();
    if (!isNew && (asking.to !== undefined || age < NO_NEWS_MILLIS)) {
      for (const client of ready) {
        if (now - client.lastSent >= HEARTBEAT_MILLIS) send(client, ': still here\n\n');
      }
      return;
    }
    let text: string;
    try {
      group.sent = this.answers.answer(asking);
      text = eventOf(group.sent);
    } catch (error) {
      text = `event: fault\ndata: ${JSON.stringify((error as Error).message)}\n\n`;
    }
    for (const client of ready) send(client, text);
  }
}

/** JSON has no line breaks, so that one `data` line holds it. */
function eventOf({ json, revision, computedAt }: SentAnswer): string {
  return `id: ${revision}-${computedAt.toFixed(0)}\ndata: ${json}\n\n`;
}

function isReady(client: Client, now: number): boolean {
  if (client.stuckSince === undefined) return true;
  if (now - client.stuckSince > STUCK_MILLIS) client.response.destroy();
  return false;
}

function send(client: Client, text: string): void {
  const now = performance.now();
  client.lastSent = now;
  if (!client.response.write(text)) client.stuckSince = now;
}
