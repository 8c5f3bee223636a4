import { MeterbookError, show } from '../errors.js';

/**
 * Explicit bucket boundaries: ascending upper bounds, each inclusive, in the instrument's unit.
 * `Boundaries` keeps the literal numbers where the compiler can see them, so that an SLO threshold
 * that is no boundary is a compile error.
 */
export interface ExplicitBuckets<Boundaries extends readonly number[] = readonly number[]> {
  readonly type: 'explicit';
  readonly boundaries: Boundaries;
}

/** Base-2 exponential buckets: the scale adapts to the values, the relative error stays small. */
export interface Base2Buckets {
  readonly type: 'base2';
  /** Upper bound of the number of buckets of one series, 2 to 160. */
  readonly maxSize: number;
}

/** What a histogram can be declared with. */
export type Buckets = ExplicitBuckets | Base2Buckets;

/** Most boundaries one histogram may have: each costs 8 bytes in every series. */
const MAX_BOUNDARIES = 500;

function refuse(cause: string, fix?: string): never {
  throw new MeterbookError('INVALID_BUCKETS', { cause, fix });
}

/** What is wrong with buckets, however they were made; `undefined` where nothing is. */
export function problemOf(
  given: Buckets,
): { readonly cause: string; readonly fix?: string } | undefined {
  if (given.type === 'base2') {
    const { maxSize } = given;
    if (Number.isSafeInteger(maxSize) && maxSize >= 2 && maxSize <= 160) return undefined;
    return {
      cause: `maxSize is ${show(maxSize)}.`,
      fix: 'Set maxSize to a whole number from 2 to 160.',
    };
  }
  const { boundaries } = given;
  if (!Array.isArray(boundaries) || boundaries.length === 0) {
    return {
      cause: 'there are no boundaries.',
      fix: 'List at least one upper bound: buckets.explicit([0.1, 0.5, 1]).',
    };
  }
  if (boundaries.length > MAX_BOUNDARIES) {
    return {
      cause: `there are ${boundaries.length} boundaries, more than ${MAX_BOUNDARIES}.`,
      fix: 'Use fewer, or buckets.base2().',
    };
  }
  for (const [i, bound] of boundaries.entries()) {
    if (typeof bound !== 'number' || !Number.isFinite(bound)) {
      return {
        cause: `boundary ${i} is ${show(bound)}, which is no finite number.`,
        fix: 'Give finite numbers; the bucket up to +Infinity is implied.',
      };
    }
    const previous: number | undefined = boundaries[i - 1];
    if (previous !== undefined && !(bound > previous)) {
      return {
        cause: `boundary ${i} (${bound}) is not greater than the one before it (${previous}).`,
      };
    }
  }
  return undefined;
}

function checked<B extends Buckets>(made: B): B {
  const problem = problemOf(made);
  if (problem !== undefined) refuse(problem.cause, problem.fix);
  return made;
}

function explicit<const Boundaries extends readonly number[]>(
  boundaries: Boundaries,
): ExplicitBuckets<Boundaries> {
  checked({ type: 'explicit', boundaries });
  return Object.freeze({
    type: 'explicit',
    boundaries: Object.freeze([...boundaries]) as unknown as Boundaries,
  });
}

/** 0.1 * 3 is 0.30000000000000004: rounded to 12 digits a boundary reads as it was meant. */
function tidy(value: number): number {
  return Number(value.toPrecision(12));
}

function checkCount(count: number, least: number): void {
  if (!Number.isSafeInteger(count) || count < least || count > MAX_BOUNDARIES) {
    refuse(
      `count is ${show(count)}.`,
      `Set count to a whole number from ${least} to ${MAX_BOUNDARIES}.`,
    );
  }
}

/** Builders for bucket boundaries. Each throws `INVALID_BUCKETS` on numbers that make no buckets. */
export const buckets = /* @__PURE__ */ Object.freeze({
  /** The upper bounds themselves, ascending, in the instrument's unit. */
  explicit,
  /** `count` bounds from `start`, each `width` above the one before. */
  linear(options: {
    readonly start: number;
    readonly width: number;
    readonly count: number;
  }): ExplicitBuckets {
    const { start, width, count } = options ?? {};
    checkCount(count, 1);
    if (!(width > 0)) refuse(`width is ${show(width)}.`, 'Set width to a number above 0.');
    return explicit(Array.from({ length: count }, (_, i) => tidy(start + i * width)));
  },
  /** `count` bounds from `start`, each `factor` times the one before. */
  exponential(options: {
    readonly start: number;
    readonly factor: number;
    readonly count: number;
  }): ExplicitBuckets {
    const { start, factor, count } = options ?? {};
    checkCount(count, 1);
    if (!(start > 0)) refuse(`start is ${show(start)}.`, 'Set start to a number above 0.');
    if (!(factor > 1)) refuse(`factor is ${show(factor)}.`, 'Set factor to a number above 1.');
    return explicit(Array.from({ length: count }, (_, i) => tidy(start * factor ** i)));
  },
  /**
   * Base-2 exponential buckets, whose scale adapts to the values recorded. A series costs
   * `8 × (maxSize + 8)` bytes.
   *
   * Source: OpenTelemetry metrics SDK, "Base2 Exponential Bucket Histogram Aggregation".
   */
  base2(options: { readonly maxSize?: number } = {}): Base2Buckets {
    return Object.freeze(checked({ type: 'base2', maxSize: options?.maxSize ?? 160 }));
  },
  /** Presets of the OpenTelemetry semantic conventions, in seconds unless said otherwise. */
  presets: Object.freeze({
    /** `http.server.request.duration`, s (HTTP metrics, stable). */
    http: explicit([0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10]),
    /** The same, on to five minutes: for endpoints that stream their answers, s. */
    httpStreaming: explicit([
      0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 30, 60, 120, 300,
    ]),
    /** `db.client.operation.duration`, s (database metrics, stable). */
    db: explicit([0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10]),
    /** `gen_ai.client.operation.duration` and its siblings, s: 0.01 doubling to 81.92. */
    genAiClient: explicit([
      0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92,
    ]),
    /** `gen_ai.client.token.usage`, {token}: 1, times 4, to 67108864. */
    genAiTokens: explicit([
      1, 4, 16, 64, 256, 1024, 4096, 16384, 65536, 262144, 1048576, 4194304, 16777216, 67108864,
    ]),
    /** `gen_ai.server.time_to_first_token`, s. */
    genAiServerFirstToken: explicit([
      0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10,
    ]),
    /** `gen_ai.server.time_per_output_token`, s. */
    genAiServerPerToken: explicit([
      0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 2.5,
    ]),
    /** `gen_ai.invoke_agent.duration`, s: 0.1 doubling to 409.6. */
    agent: explicit([0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 12.8, 25.6, 51.2, 102.4, 204.8, 409.6]),
    /** `gen_ai.workflow.duration`, s: one second to two hours. */
    workflow: explicit([1, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 7200]),
    /** Calls per agent run, a count: 1 doubling to 128. */
    calls: explicit([1, 2, 4, 8, 16, 32, 64, 128]),
  }),
});
