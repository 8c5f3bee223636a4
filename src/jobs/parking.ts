import type { QueuedRow } from './queue.js';

/** Before the first look for a job that is not there yet, milliseconds; doubled for each further. */
const FIRST_WAIT = 500;
/** The last waits are all as long: 500 ms, 1 s, 2 s, 4 s, 4 s, … */
const LEVELS = 4;

/** Reports of jobs that are not there yet. Each is looked for less and less often. */
export class Parking {
  /** By how often they were looked for; each level has one timer. */
  private readonly levels: QueuedRow[][] = Array.from({ length: LEVELS }, () => []);
  private readonly timers = new Map<number, NodeJS.Timeout>();
  private readonly looks = new WeakMap<QueuedRow, number>();

  /** @param due takes the rows that are to be looked for again */
  constructor(private readonly due: (rows: readonly QueuedRow[]) => void) {}

  get size(): number {
    return this.levels.reduce((sum, rows) => sum + rows.length, 0);
  }

  add(row: QueuedRow): void {
    const looks = this.looks.get(row) ?? 0;
    this.looks.set(row, looks + 1);
    const level = Math.min(looks, LEVELS - 1);
    this.levels[level]?.push(row);
    if (this.timers.has(level)) return;
    const timer = setTimeout(() => this.due(this.take(level)), FIRST_WAIT * 2 ** level);
    this.timers.set(level, timer.unref());
  }

  /** Takes all of them, due or not, those first that have waited longest. */
  takeAll(): QueuedRow[] {
    return this.levels.flatMap((_, i) => this.take(LEVELS - 1 - i));
  }

  /** Takes the one that has waited longest. */
  dropOldest(): QueuedRow | undefined {
    return this.levels.findLast((rows) => rows.length > 0)?.shift();
  }

  private take(level: number): QueuedRow[] {
    clearTimeout(this.timers.get(level));
    this.timers.delete(level);
    return this.levels[level]?.splice(0) ?? [];
  }
}
