import { show } from '../errors.js';
import type { Ledger } from './ledger.js';
import { messageOf } from './ledger.js';
import { Parking } from './parking.js';
import { type QueuedRow, RowQueue } from './queue.js';
import type { Authorize, Send } from './send.js';
import type { JobChangeResult } from './store/types.js';
import type { Warnings } from './warnings.js';

/** How rows are written. Times in milliseconds unless their name says otherwise. */
export interface WriterSettings {
  readonly maxRows: number;
  readonly batchSize: number;
  readonly flushInterval: number;
  readonly writeTimeout: number;
  /** Of a report for a job that is not there: its start may be on its way. */
  readonly unknownJobGraceNs: bigint;
  readonly maxWallNs: bigint;
  readonly authorize: Authorize | undefined;
  readonly now: () => bigint;
  readonly random: () => number;
}

/** Told once about each row. Must not throw. */
export interface WriterListener {
  answered(row: QueuedRow, result: JobChangeResult): void;
  lost(row: QueuedRow, reason: 'overflow' | 'shutdown' | 'rejected'): void;
}

const FIRST_BACKOFF = 100;
const MAX_BACKOFF = 5_000;
/** Batches without an answer, given up or not. More would take the pool from the service. */
const MAX_UNANSWERED = 2;

/**
 * Writes rows in batches, behind everybody's back: one batch at a time, so that what is said of one
 * job is written in its order. What the database does not take for now is tried again until it does,
 * or until newer rows need the room.
 */
export class RowWriter {
  private readonly queue = new RowQueue();
  private readonly parked = new Parking((rows) => this.lookAgain(rows));
  private sending: readonly QueuedRow[] = [];
  private pushed = 0;
  private settled = 0;
  /** Most rows of the next batch: less while a row that the database refuses is searched for. */
  private most: number;
  private running: Promise<void> | undefined;
  private timer: NodeJS.Timeout | undefined;
  private immediate: NodeJS.Immediate | undefined;
  private unanswered = 0;
  private wake: (() => void) | undefined;
  private readonly waiting = new Set<{ readonly target: number; readonly done: () => void }>();
  private state: 'open' | 'closing' | 'closed' = 'open';

  constructor(
    private readonly send: Send,
    private readonly settings: WriterSettings,
    private readonly ledger: Ledger,
    private readonly warnings: Warnings,
    private readonly listener: WriterListener,
  ) {
    this.most = settings.batchSize;
  }

  /** Rows that wait or are on their way. */
  get size(): number {
    return this.queue.size + this.parked.size + this.sending.length;
  }

  /** The row with this key, while more can be added to it. */
  waitingRow(key: string): QueuedRow | undefined {
    return this.queue.open(key);
  }

  push(row: QueuedRow): void {
    this.pushed += 1;
    if (this.state !== 'open') {
      this.lose(row, 'shutdown');
      return;
    }
    while (this.size >= this.settings.maxRows) {
      // Reports of jobs that are not there may never be worth anything: they go first.
      const oldest = this.parked.dropOldest() ?? this.queue.dropOldest();
      // All the room is taken by what is being sent; the newest has to go then.
      if (oldest === undefined) {
        this.lose(row, 'overflow');
        return;
      }
      this.lose(oldest, 'overflow');
    }
    this.queue.push(row);
    this.schedule();
  }

  /** Resolves once everything pushed so far is settled, or after so many milliseconds. */
  async flush(timeout: number): Promise<boolean> {
    this.lookAgain(this.parked.takeAll());
    const target = this.pushed;
    if (this.isSettled(target)) return true;
    this.hurry();
    await new Promise<void>((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        this.waiting.delete(waiter);
        resolve();
      };
      const timer = setTimeout(done, timeout);
      const waiter = { target, done };
      this.waiting.add(waiter);
    });
    return this.isSettled(target);
  }

  /** Takes nothing more, writes what it has within so many milliseconds, and counts the rest. */
  async close(timeout: number): Promise<void> {
    this.state = 'closing';
    await this.flush(timeout);
    this.state = 'closed';
    clearTimeout(this.timer);
    this.wake?.();
    for (const row of this.sending) this.lose(row, 'shutdown');
    this.sending = [];
    for (const row of this.parked.takeAll()) this.lose(row, 'shutdown');
    for (let row = this.queue.dropOldest(); row !== undefined; row = this.queue.dropOldest()) {
      this.lose(row, 'shutdown');
    }
  }

  /** Never starts the work itself: that would be within a call of the job's. */
  private schedule(): void {
    if (this.running !== undefined) return;
    if (this.queue.size >= this.settings.batchSize) {
      this.immediate ??= setImmediate(() => this.hurry());
      return;
    }
    if (this.timer !== undefined) return;
    this.timer = setTimeout(() => this.hurry(), this.settings.flushInterval);
    // A process that has nothing else to do may end; close() is what waits for the rows.
    this.timer.unref();
  }

  private hurry(): void {
    clearTimeout(this.timer);
    clearImmediate(this.immediate);
    this.timer = undefined;
    this.immediate = undefined;
    this.wake?.();
    this.running ??= this.drain().finally(() => {
      this.running = undefined;
      if (this.queue.size > 0 && this.state !== 'closed') this.schedule();
    });
  }

  private async drain(): Promise<void> {
    let failures = 0;
    while (this.queue.size > 0 && this.state !== 'closed') {
      const batch = this.queue.take(this.most);
      this.sending = batch;
      try {
        const results = await this.withinTimeout(() => this.send(batch));
        if (this.isGivenUp(batch)) return;
        this.sending = [];
        failures = 0;
        this.most = Math.min(this.settings.batchSize, this.most * 2);
        this.ledger.lastWrite = new Date();
        for (const [i, row] of batch.entries()) this.settle(row, results[i]);
      } catch (error) {
        if (this.isGivenUp(batch)) return;
        this.sending = [];
        for (const row of batch) row.attempts += 1;
        this.ledger.failure(error, new Date());
        if (isAboutRows(error)) {
          this.narrow(batch, error);
          continue;
        }
        this.queue.giveBack(batch);
        failures += 1;
        this.warnings.warn('write', `Job timings could not be written: ${messageOf(error)}`);
        await this.pause(backoff(failures, this.settings.random()));
      }
    }
  }

  /** close() has counted the rows as lost already, whatever becomes of them. */
  private isGivenUp(batch: readonly QueuedRow[]): boolean {
    return this.sending !== batch;
  }

  /** Halves the batch until the row that the database refuses is alone, and leaves that one out. */
  private narrow(batch: readonly QueuedRow[], error: unknown): void {
    const [row] = batch;
    if (batch.length > 1 || row === undefined) {
      this.queue.giveBack(batch);
      this.most = Math.ceil(batch.length / 2);
      return;
    }
    this.most = this.settings.batchSize;
    this.warnings.warn(
      'rejected',
      `The database refuses the timings of the job ${show(row.id)}: ${messageOf(error)}`,
    );
    this.lose(row, 'rejected');
  }

  private settle(row: QueuedRow, result: JobChangeResult | undefined): void {
    if (result === undefined) {
      this.lose(row, 'rejected');
      return;
    }
    if (result.access === 'unknown' && this.isEarly(row)) {
      this.parked.add(row);
      this.tell();
      return;
    }
    this.settled += 1;
    this.ledger.row(result.access === 'allowed' ? 'written' : result.access);
    this.listener.answered(row, result);
    this.tell();
  }

  private isEarly(row: QueuedRow): boolean {
    const { now, unknownJobGraceNs } = this.settings;
    return this.state === 'open' && now() - row.queuedAt < unknownJobGraceNs;
  }

  private lookAgain(rows: readonly QueuedRow[]): void {
    if (rows.length === 0) return;
    this.queue.giveBack(rows);
    this.schedule();
  }

  private lose(row: QueuedRow, reason: 'overflow' | 'shutdown' | 'rejected'): void {
    this.settled += 1;
    this.ledger.row(reason);
    if (reason !== 'rejected') {
      this.warnings.warn(reason, `Timings of the job ${show(row.id)} are lost: ${reason}`);
    }
    this.listener.lost(row, reason);
    this.tell();
  }

  private isSettled(target: number): boolean {
    return this.settled + this.parked.size >= target;
  }

  private tell(): void {
    for (const { target, done } of this.waiting) {
      if (this.isSettled(target)) done();
    }
  }

  /** What is given up goes on, and holds its connection: of those there must not be many. */
  private async withinTimeout<T>(work: () => Promise<T>): Promise<T> {
    if (this.unanswered >= MAX_UNANSWERED) throw new Error('earlier batches have no answer yet');
    this.unanswered += 1;
    const answer = work().finally(() => {
      this.unanswered -= 1;
    });
    let timer: NodeJS.Timeout | undefined;
    const { writeTimeout } = this.settings;
    const late = new Promise<never>((_, reject) => {
      const fail = () => reject(new Error(`no answer within ${writeTimeout} ms`));
      timer = setTimeout(fail, writeTimeout).unref();
    });
    try {
      return await Promise.race([answer, late]);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Ends early where somebody waits for the rows. */
  private pause(millis: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.wake?.(), millis);
      // While it closes, the deadline holds the process; before that, nothing should.
      timer.unref();
      this.wake = () => {
        clearTimeout(timer);
        this.wake = undefined;
        resolve();
      };
    });
  }
}

/** Doubles up to 5 s, between half of that and all of it, so that processes do not come together. */
export function backoff(failures: number, random: number): number {
  const longest = Math.min(MAX_BACKOFF, FIRST_BACKOFF * 2 ** (failures - 1));
  return longest * (0.5 + random / 2);
}

/**
 * Whether the database refuses what is in a row, for good: data exceptions and violated constraints.
 * Everything else (no connection, no table, no right, deadlock) can get better by itself.
 *
 * Source: PostgreSQL, "Appendix A. PostgreSQL Error Codes", classes 21, 22 and 23.
 */
function isAboutRows(error: unknown): boolean {
  const code = (error as { code?: unknown } | null | undefined)?.code;
  return typeof code === 'string' && /^2[123][0-9A-Z]{3}$/.test(code);
}
