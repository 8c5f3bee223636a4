import type { JobChange, JobChangeTime, JobValueResult } from '../../../src/jobs/index.js';

interface Row {
  readonly organizationId: string;
  readonly startedAt: Date;
  ttft: bigint | undefined;
  duration: bigint | undefined;
}

/** What a store has to do with changes, told in a few lines without a database. */
export class StoreModel {
  readonly rows = new Map<string, Row>();

  constructor(private readonly maxWallNs: bigint) {}

  write(
    change: JobChange,
  ): readonly [string, JobValueResult | undefined, JobValueResult | undefined] {
    const { id, organizationId, isStart, isAuthorized, startedAt = new Date(0) } = change;
    const known = this.rows.get(id);
    if (known === undefined && !isStart) return ['unknown', undefined, undefined];
    if (known !== undefined && !isAuthorized && known.organizationId !== organizationId) {
      return ['denied', undefined, undefined];
    }
    const row = known ?? { organizationId, startedAt, ttft: undefined, duration: undefined };
    this.rows.set(id, row);
    const ttft = this.verdict(row, row.ttft, change.ttft, (ns) => ns <= (row.duration ?? ns));
    if (ttft === 'written') row.ttft = this.nanos(row, change.ttft);
    const duration = this.verdict(
      row,
      row.duration,
      change.duration,
      (ns) => ns >= (row.ttft ?? ns),
    );
    if (duration === 'written') row.duration = this.nanos(row, change.duration);
    return ['allowed', ttft, duration];
  }

  private verdict(
    row: Row,
    old: bigint | undefined,
    time: JobChangeTime | undefined,
    fits: (ns: bigint) => boolean,
  ): JobValueResult | undefined {
    const ns = this.nanos(row, time);
    if (time === undefined || ns === undefined) return undefined;
    if (old !== undefined) return 'duplicate';
    const isAbsurd = ns < 0n || ('at' in time && ns > this.maxWallNs);
    return isAbsurd || !fits(ns) ? 'implausible' : 'written';
  }

  private nanos(row: Row, time: JobChangeTime | undefined): bigint | undefined {
    if (time === undefined) return undefined;
    return 'ns' in time
      ? time.ns
      : BigInt(time.at.getTime() - row.startedAt.getTime()) * 1_000_000n;
  }
}
