import { agentMetrics } from '../../../src/agent/index.js';
import {
  createJobTimings,
  type JobChange,
  type JobChangeResult,
  type JobClock,
  type JobStore,
  type JobTimingsOptions,
} from '../../../src/jobs/index.js';
import { testRegistry } from '../../../src/testing/index.js';

/** A clock that stands still until it is told to move. */
export class ManualClock implements JobClock {
  private nanos = 1_000_000_000_000n;
  private millis = Date.UTC(2026, 0, 31, 12);

  readonly monotonic = (): bigint => this.nanos;
  readonly now = (): number => this.millis;

  advance(nanos: bigint): void {
    this.nanos += nanos;
    this.millis += Number(nanos / 1_000_000n);
  }
}

/** Timings on a store, with a registry, clock and log of the test's own. */
export function setUp(store: JobStore, options: Partial<JobTimingsOptions> = {}) {
  const metrics = testRegistry(agentMetrics);
  const clock = new ManualClock();
  const warnings: string[] = [];
  const logger = { warn: (line: string) => warnings.push(line), error: () => {} };
  const timings = createJobTimings({
    store,
    metrics,
    clock,
    logger,
    unknownJobGrace: 0,
    ...options,
  });
  return { timings, metrics, clock, warnings };
}

/** A store whose writing is in the test's hands; by itself it takes everything. */
export function scriptedStore(
  write: JobStore['write'] = async (changes) => changes.map(taken),
): JobStore & { readonly batches: (readonly JobChange[])[]; closed: number } {
  const none = () => Promise.reject(new Error('not part of this test'));
  const store = {
    batches: [] as (readonly JobChange[])[],
    closed: 0,
    write: (changes: readonly JobChange[], maxWallNs: bigint) => {
      store.batches.push(changes);
      return write(changes, maxWallNs);
    },
    migrate: async () => {},
    close: async () => {
      store.closed += 1;
    },
    get: none,
    getMany: none,
    list: none,
    report: none,
    slowest: none,
    deleteBefore: none,
    aggregateBefore: none,
    days: none,
  };
  return store;
}

/** The answer to a change that is news throughout. */
export function taken(change: JobChange): JobChangeResult {
  const { ttft, duration } = change;
  return {
    access: 'allowed',
    ttft: ttft && 'written',
    duration: duration && 'written',
    job: {
      id: change.id,
      organizationId: change.organizationId,
      startedAt: change.startedAt ?? new Date(0),
      ttftNs: ttft && 'ns' in ttft ? ttft.ns : undefined,
      totalDurationNs: duration && 'ns' in duration ? duration.ns : undefined,
    },
  };
}
