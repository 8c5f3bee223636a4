interface Sample {
  readonly millis: number;
  readonly counts: ReadonlyMap<string, number>;
}

/** How far back a rate looks, milliseconds. */
const WINDOW_MILLIS = 10_000;

/** Rates per second over the last ten seconds, from counts that only grow. */
export class Rates {
  private samples: readonly Sample[] = [];

  /** Notes what the counts are at a moment, milliseconds of any one clock. */
  sample(millis: number, counts: ReadonlyMap<string, number>): void {
    const recent = this.samples.filter((one) => millis - one.millis <= WINDOW_MILLIS);
    this.samples = [...recent, { millis, counts }];
  }

  /** Growth per second of one count; 0 until there are two samples. */
  perSecond(name: string): number {
    const [first, last] = [this.samples[0], this.samples.at(-1)];
    if (first === undefined || last === undefined || first === last) return 0;
    const growth = (last.counts.get(name) ?? 0) - (first.counts.get(name) ?? 0);
    return (growth * 1000) / (last.millis - first.millis);
  }
}
