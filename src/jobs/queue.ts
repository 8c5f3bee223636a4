import type { Holder } from '../core/index.js';
import type { JobChange, JobChangeTime } from './store/types.js';
import type { JobActor, JobIdentity, JobOutcome } from './types.js';

/** What a process knows of a job that it has started; all rows of the job share it. */
export interface JobStart {
  readonly identity: JobIdentity;
  readonly startedAt: Date;
  /** Whether the database has answered that it has a row of it. */
  isStored: boolean;
}

/** A row to be written. Values are added as long as it waits; it is read when it is taken. */
export interface QueuedRow {
  /** Changes with one key are merged while they wait. */
  readonly key: string;
  readonly id: string;
  readonly organizationId: string;
  /** Undefined where this process only reports. */
  readonly start: JobStart | undefined;
  /** For `authorize`. */
  readonly actor: JobActor | undefined;
  /** The request context of the report, for metrics that can only be recorded later. */
  readonly context: Holder | undefined;
  /** Monotonic, nanoseconds: how long a report waits for a job that is not known yet. */
  readonly queuedAt: bigint;
  ttft: JobChangeTime | undefined;
  duration: JobChangeTime | undefined;
  outcome: JobOutcome | undefined;
  /** Which values are news: the row of a job's own process repeats what it has said before. */
  hasNewTtft: boolean;
  hasNewDuration: boolean;
  /** How often it was sent, the answer unknown. */
  attempts: number;
}

/**
 * The rows that wait, oldest first, at most so many. A `Map` is both the order and the index: a key
 * keeps the place where it was first set.
 */
export class RowQueue {
  private readonly rows = new Map<string, QueuedRow>();
  /** What was taken and has to be written again comes before everything else. */
  private returned: QueuedRow[] = [];

  get size(): number {
    return this.rows.size + this.returned.length;
  }

  /** The row with this key that more can be added to: one that was sent cannot. */
  open(key: string): QueuedRow | undefined {
    return this.rows.get(key);
  }

  push(row: QueuedRow): void {
    this.rows.set(row.key, row);
  }

  /** Takes the oldest rows, one for each job: what else there is of a job has to come after. */
  take(max: number): QueuedRow[] {
    const ids = new Set<string>();
    const batch: QueuedRow[] = [];
    const kept: QueuedRow[] = [];
    for (const row of this.returned) {
      if (batch.length < max && !ids.has(row.id)) batch.push(row);
      else kept.push(row);
      ids.add(row.id);
    }
    this.returned = kept;
    for (const row of this.rows.values()) {
      if (batch.length >= max) break;
      if (ids.has(row.id)) continue;
      ids.add(row.id);
      batch.push(row);
      this.rows.delete(row.key);
    }
    return batch;
  }

  /** Puts rows back before all others, in their order. */
  giveBack(rows: readonly QueuedRow[]): void {
    this.returned = [...rows, ...this.returned];
  }

  /** Removes the oldest. */
  dropOldest(): QueuedRow | undefined {
    const returned = this.returned.shift();
    if (returned !== undefined) return returned;
    for (const row of this.rows.values()) {
      this.rows.delete(row.key);
      return row;
    }
    return undefined;
  }
}

/** The row as the store takes it. */
export function changeOf(row: QueuedRow, isAuthorized: boolean): JobChange {
  const { start, ttft, duration, outcome } = row;
  return {
    id: row.id,
    organizationId: row.organizationId,
    isStart: start !== undefined,
    isStored: start?.isStored,
    isAuthorized,
    projectId: start?.identity.projectId,
    agentId: start?.identity.agentId,
    type: start?.identity.type,
    model: start?.identity.model,
    startedAt: start?.startedAt,
    ttft,
    duration,
    outcome: duration === undefined ? undefined : outcome,
  };
}
