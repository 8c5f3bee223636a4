/**
 * Slots of a row, from what is new to what is old. Each is a multiple of the one before and a length of a step
 * in answers, so that no row lies in two steps that are as long as it.
 */
const WIDTHS = [1, 5, 15, 60, 300] as const;

/** Of the rows that there are, those that are left when they are made wider, roughly. */
const SHARE_LEFT = 0.8;
/** Of what is kept at one width, the part that is made wider at a time. */
const SHARE_AT_A_TIME = 0.125;

/**
 * How fine the history is: the older, the coarser. The same for all series, so that what is added up over several
 * of them fits together. Edges lie between rows and only move on, so that a row is never cut.
 */
export class Resolution {
  /** For each width but the first, the slot before which rows are at least as wide. */
  private readonly edges = WIDTHS.slice(1).map(() => Number.NEGATIVE_INFINITY);

  /** Slots of the row that a slot lies in. */
  widthAt(slot: number): number {
    let i = 0;
    while (i < this.edges.length && slot < (this.edges[i] as number)) i += 1;
    return WIDTHS[i] as number;
  }

  /** First slot of the row that a slot lies in. */
  startOf(slot: number): number {
    const width = this.widthAt(slot);
    return Math.floor(slot / width) * width;
  }

  /** First slot after that row. */
  endOf(slot: number): number {
    return this.startOf(slot) + this.widthAt(slot);
  }

  /**
   * Makes rows wider, until a series with one for each slot has fewer by a part. The width that has the most
   * of them gives first: in the end each has about as many. False if nothing can be made wider any more.
   */
  coarsen(oldest: number, end: number): boolean {
    let most: number | undefined;
    for (let hasMoved = false; ; hasMoved = true) {
      const tiers = this.tiers(oldest, end);
      const rows = tiers.reduce((sum, it) => sum + it.rows, 0);
      most ??= rows * SHARE_LEFT;
      const [largest] = tiers
        .filter(({ from, edge }) => edge > from)
        .sort((a, b) => b.rows - a.rows);
      if (largest === undefined || rows <= most) return hasMoved;
      this.edges[largest.i] = largest.edge;
    }
  }

  /** What is kept at each width: where it begins, how many rows that are, and where it would begin next. */
  private tiers(oldest: number, end: number) {
    let to = end;
    return WIDTHS.map((width, i) => {
      const from = Math.min(to, Math.max(oldest, this.edges[i] ?? oldest));
      const rows = (to - from) / width;
      // By whole rows of the next width; what is of the widest stays.
      const wider = WIDTHS[i + 1] ?? Number.POSITIVE_INFINITY;
      const wished = Math.ceil((from + (to - from) * SHARE_AT_A_TIME) / wider);
      const edge = Math.min(wished, Math.floor(to / wider)) * wider;
      to = from;
      return { i, from, rows, edge };
    });
  }
}
