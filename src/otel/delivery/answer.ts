/**
 * What has become of a request, as far as its sender can know.
 *
 * - `accepted`: the server has it, but for the points that its partial success names
 * - `retryable`: it certainly does not have it, and may take it later
 * - `rejected`: it has refused it for good; the same data must not be sent again
 * - `too_large`: it has refused it for its size
 * - `ambiguous`: bytes went out and no complete answer came back; it may have it or not
 *
 * Source: OTLP specification, "OTLP/HTTP Response".
 */
export type Fate = 'accepted' | 'retryable' | 'rejected' | 'too_large' | 'ambiguous';

/** How one attempt to send a request ended. */
export interface Answer {
  readonly fate: Fate;
  /** What went wrong in a line, the server's own words included. */
  readonly message?: string | undefined;
  /** HTTP status code, where there was one. */
  readonly status?: number | undefined;
  /** What `Retry-After` asks for, ms; as it was sent, neither rounded nor bounded. */
  readonly retryAfterMillis?: number | undefined;
  /** Points that an accepting server has refused all the same. */
  readonly rejectedPoints?: number | undefined;
  /** Whether the body has gone out as a whole, so that nothing reads it any more. */
  readonly isBodyFree?: boolean | undefined;
}

/** Sends one encoded request within the time given, ms. Never rejects. */
export type Send = (body: Uint8Array, timeoutMillis: number) => Promise<Answer>;

/** Statuses after which OTLP sends again; every other 4xx and 5xx is final. */
const RETRYABLE: ReadonlySet<number> = new Set([429, 502, 503, 504]);

/** What an HTTP status says of a request. */
export function fateOf(status: number): Fate {
  if (status >= 200 && status < 300) return 'accepted';
  if (status === 413) return 'too_large';
  return RETRYABLE.has(status) ? 'retryable' : 'rejected';
}

/**
 * `Retry-After` in milliseconds from now: seconds or a date; `undefined` where it says nothing usable.
 *
 * Source: RFC 9110, "Retry-After".
 */
export function retryAfterMillis(
  header: string | undefined,
  nowMillis: number,
): number | undefined {
  const text = header?.trim() ?? '';
  if (/^-?\d+(?:\.\d+)?$/.test(text)) return Math.max(0, Number(text) * 1_000);
  // A date has letters; without them `Date.parse` makes years of any number.
  const date = /[a-z]/i.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(date) ? undefined : Math.max(0, date - nowMillis);
}
