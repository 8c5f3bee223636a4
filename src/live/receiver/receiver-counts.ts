/** What a receiver has taken and refused since it started. */
export class ReceiverCounts {
  requests = 0;
  points = 0;
  /** Requests answered with 200 and thrown away. */
  readonly notKept = { traces: 0, logs: 0 };
  private readonly refusedByReason = new Map<string, number>();
  private readonly rejectedByReason = new Map<string, number>();
  /** Changes with each of these. */
  revision = 0;

  accept(points: number): void {
    this.requests += 1;
    this.points += points;
    this.revision += 1;
  }

  refuse(reason: string): void {
    add(this.refusedByReason, reason, 1);
    this.revision += 1;
  }

  reject(points: number, reason: string): void {
    add(this.rejectedByReason, reason, points);
  }

  /** Requests and connections that were refused, by reason. */
  get refused(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.refusedByReason);
  }

  /** Points left out of requests that were taken, by reason. */
  get rejected(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.rejectedByReason);
  }
}

/** Reasons can hold names that a client made up: past this many all others are one. */
const MOST_REASONS = 50;

function add(counts: Map<string, number>, reason: string, by: number): void {
  const key = counts.has(reason) || counts.size < MOST_REASONS ? reason : 'other reasons';
  counts.set(key, (counts.get(key) ?? 0) + by);
}
