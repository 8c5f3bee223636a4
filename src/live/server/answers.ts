import type { Answer, Asking } from '../protocol.js';

/** Where answers come from. */
export interface AnswerSource {
  /** Reads a query string. Throws an error whose message says what is wrong with it. */
  ask(query: URLSearchParams): Asking;
  answer(asking: Asking): Answer;
  /** A number that is another one when an answer might be. */
  revision(): number;
}

/** An answer as it is sent. */
export interface SentAnswer {
  readonly json: string;
  readonly revision: number;
  /** When it was computed, by the monotonic clock, milliseconds. */
  readonly computedAt: number;
}

/** An answer is good for this long, if nothing has come in since, milliseconds. */
const FRESH_MILLIS = 900;
const MOST_KEPT = 32;

/** Computes each answer once, however many ask for it at a time. */
export class Answers {
  /** By what was asked, the one computed last at the end. */
  private readonly kept = new Map<string, SentAnswer>();

  constructor(private readonly source: AnswerSource) {}

  ask(query: URLSearchParams): Asking {
    return this.source.ask(query);
  }

  revision(): number {
    return this.source.revision();
  }

  answer(asking: Asking, key: string = keyOf(asking)): SentAnswer {
    const revision = this.source.revision();
    const before = this.kept.get(key);
    if (before?.revision === revision && performance.now() - before.computedAt < FRESH_MILLIS) {
      return before;
    }
    const json = JSON.stringify(this.source.answer(asking));
    const answer = { json, revision, computedAt: performance.now() };
    this.kept.delete(key);
    this.kept.set(key, answer);
    const [oldest] = this.kept.keys();
    if (this.kept.size > MOST_KEPT && oldest !== undefined) this.kept.delete(oldest);
    return answer;
  }
}

/** The same for two askings that ask for the same. */
export function keyOf(asking: Asking): string {
  const { view, rangeSeconds, to, services, filters, by, instrument } = asking;
  return JSON.stringify([
    view,
    rangeSeconds,
    to,
    [...services].sort(),
    filters.map(({ key, value }) => [key, value]),
    by,
    instrument,
  ]);
}
