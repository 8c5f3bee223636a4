import type { Recording } from '../../../demo/recording.js';

/** Raw values by instrument and group, seconds: what percentiles are computed from exactly. */
export class RawValues {
  private readonly values = new Map<string, number[]>();

  /** Passes everything on, and writes down what is timed. */
  listen(recording: Recording): Recording {
    return Object.assign(Object.create(recording) as Recording, {
      job: (job: Parameters<Recording['job']>[0]) => {
        if (job.firstToken !== undefined) {
          this.note(`/v1/agents/:id/messages${job.streamed ? '/stream' : ''}`, job.firstToken);
        }
        recording.job(job);
      },
      databaseRead: (collection: string, duration: bigint) => {
        this.note(`SELECT ${collection}`, duration);
        recording.databaseRead(collection, duration);
      },
    });
  }

  groups(): readonly string[] {
    return [...this.values.keys()].sort();
  }

  count(group: string): number {
    return this.values.get(group)?.length ?? 0;
  }

  /** The bucket that the percentile of the raw values is in. */
  bucketOf(group: string, share: number, bounds: readonly number[]): readonly [number, number] {
    const sorted = [...(this.values.get(group) ?? [])].sort((a, b) => a - b);
    const value = sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
    const above = bounds.find((bound) => value <= bound) ?? Number.POSITIVE_INFINITY;
    const below = bounds.filter((bound) => bound < value).at(-1) ?? 0;
    return [below, above];
  }

  /** The share of the raw values of these groups that are above the threshold. */
  shareAbove(threshold: number, groups: readonly string[]): number {
    const values = groups.flatMap((group) => this.values.get(group) ?? []);
    return values.filter((value) => value > threshold).length / values.length;
  }

  /** Raw values in each bucket, one more than there are bounds. */
  histogram(group: string, bounds: readonly number[]): readonly number[] {
    const counts = new Array<number>(bounds.length + 1).fill(0);
    for (const value of this.values.get(group) ?? []) {
      const index = bounds.findIndex((bound) => value <= bound);
      const bucket = index < 0 ? bounds.length : index;
      counts[bucket] = (counts[bucket] ?? 0) + 1;
    }
    return counts;
  }

  private note(group: string, duration: bigint): void {
    const values = this.values.get(group) ?? [];
    this.values.set(group, values);
    values.push(Number(duration) / 1e9);
  }
}
