import type { Attributes } from '../../declare/index.js';

/**
 * Where headers are read from: the headers of a Node request, a web `Headers` (or whatever else has
 * a `get`), or a function from a name to its value. Names are asked for in lower case.
 */
export type HeaderSource =
  | Readonly<Record<string, string | readonly string[] | undefined>>
  | { get(name: string): string | null | undefined }
  | ((name: string) => string | readonly string[] | null | undefined);

/**
 * Reads context attributes from the headers of one request; `undefined` where there are none. Made
 * once by `headerContext` or `baggageContext`; never throws.
 */
export type ContextReader = (headers: HeaderSource, request?: unknown) => Attributes | undefined;

/**
 * Why something in the headers was left out. `untrusted` counts requests, the others values:
 * `too_long` beyond `maxLength`, `invalid_characters` outside of `characters`, `malformed` what is
 * no baggage by its specification, `unreadable` a source that threw.
 */
export type ContextRejection =
  | 'untrusted'
  | 'too_long'
  | 'invalid_characters'
  | 'malformed'
  | 'unreadable';

/** A reader that tells what it has left out. */
export interface CountedContextReader {
  (headers: HeaderSource, request?: unknown): Attributes | undefined;
  /** What has been left out since the reader was made, by reason; a copy. */
  rejected(): Readonly<Record<ContextRejection, number>>;
}

/** Stands for values by a keyed hash of them. */
export interface ContextHash {
  /** The secret, at least 16 bytes: whoever has it can try out values. It is not kept as it is. */
  readonly key: string | Uint8Array;
  /** Attributes to hash. Default: all that the reader gives. */
  readonly attributes?: readonly string[];
}

/** What headers and baggage have in common. */
export interface ContextTrust {
  /**
   * Whose headers are taken for facts: `true` for everybody, where only a gateway of yours can
   * reach this service, or a function of the request, such as one that looks at the address of the
   * peer. There is no default: what a client writes into a header is not known to be true.
   */
  readonly trust: true | ((request: unknown) => boolean);
  /** Longest value that is taken, characters: 1 to 256. Default 64. */
  readonly maxLength?: number;
  /**
   * The characters of a value: each is tested by itself, so that no expression can be made to
   * backtrack. Default letters, digits and `._:-`.
   */
  readonly characters?: RegExp;
  /** Give a keyed hash in the place of the values. */
  readonly hash?: ContextHash;
}
