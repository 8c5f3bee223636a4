/**
 * What one request may hold. Beyond what the official SDKs send by far: the limits are there for what
 * is no SDK, and so that a request costs memory in proportion to its bytes.
 */
export interface DecodeLimits {
  /** Points of a request; past it the request is refused (413), and may be sent in parts. */
  readonly points: number;
  /** Metrics, scopes and resources of a request, together. */
  readonly metrics: number;
  /** Attributes of a point, a scope, a resource or an exemplar. */
  readonly attributes: number;
  /** Bytes of a key or a text of a point's attributes. Those of resources and scopes are cut there. */
  readonly textBytes: number;
  /** Lists and maps within each other, in an attribute's value. */
  readonly depth: number;
  /** Buckets of one sign, boundaries or quantiles of a point. */
  readonly buckets: number;
  readonly exemplars: number;
}

/** The defaults. The SDKs' own limits are 2,000 series, 128 attributes, 160 buckets. */
export const DECODE_LIMITS: DecodeLimits = {
  points: 200_000,
  metrics: 50_000,
  attributes: 128,
  textBytes: 4_096,
  depth: 8,
  buckets: 4_096,
  exemplars: 1_000,
};

/** For requests of our own making: the tests' and the demo's. */
export const NO_LIMITS: DecodeLimits = {
  points: Number.POSITIVE_INFINITY,
  metrics: Number.POSITIVE_INFINITY,
  attributes: Number.POSITIVE_INFINITY,
  textBytes: Number.POSITIVE_INFINITY,
  depth: 100,
  buckets: Number.POSITIVE_INFINITY,
  exemplars: Number.POSITIVE_INFINITY,
};

/** Past a limit of the request as a whole. */
export class TooMuch extends Error {
  override readonly name = 'TooMuch';
}

/** One point that is past a limit or damaged: it is left out, and the rest is taken. */
export class BadPoint extends Error {
  override readonly name = 'BadPoint';
}
