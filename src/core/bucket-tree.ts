/**
 * Finds the bucket of a value: a search tree whose nodes have three boundaries and four children.
 *
 * The children of node `n` are the nodes `4n + 1` to `4n + 4`, and its boundaries lie from `3n` on,
 * so that there are no links to follow: a comparison is a 0 or a 1 that is added to the number of
 * the next node. No branch depends on the value. Of random values a processor guesses wrong once
 * per linear scan, and twice per binary search, which costs more than all comparisons together
 * (npm run bench, "bucket search").
 */
export class BucketTree {
  /** In a typed array: the elements of a frozen one would be objects to the engine. */
  private readonly boundaries: Float64Array;
  /** Number of the first node below the last level: those stand for the buckets. */
  private readonly firstLeaf: number;

  /** @param boundaries ascending upper bounds, each inclusive */
  constructor(boundaries: readonly number[]) {
    let leaves = 4;
    while (leaves <= boundaries.length) leaves *= 4;
    this.boundaries = new Float64Array(leaves - 1);
    this.firstLeaf = (leaves - 1) / 3;
    this.fill(0, boundaries, 0, leaves);
  }

  /** Index of the bucket: how many boundaries lie below the value, which is no NaN. */
  bucketOf(value: number): number {
    const { boundaries, firstLeaf } = this;
    let node = 0;
    do {
      const i = 3 * node;
      node =
        4 * node +
        1 +
        Number(value > (boundaries[i] as number)) +
        Number(value > (boundaries[i + 1] as number)) +
        Number(value > (boundaries[i + 2] as number));
    } while (node < firstLeaf);
    return node - firstLeaf;
  }

  /** Lays out one node, above so many leaves from the bucket `from` on, and what is below it. */
  private fill(node: number, sorted: readonly number[], from: number, leaves: number): void {
    const share = leaves / 4;
    for (let child = 0; child < 4; child++) {
      const first = from + child * share;
      // Leaves that are no bucket are never reached: nothing is above infinity.
      if (child < 3)
        this.boundaries[3 * node + child] = sorted[first + share - 1] ?? Number.POSITIVE_INFINITY;
      if (share > 1) this.fill(4 * node + 1 + child, sorted, first, share);
    }
  }
}
