/**
 * Picks on average one measurement in `oneIn`, each independently at random, by drawing how many to
 * skip: a skipped measurement costs a subtraction.
 *
 * The gaps are geometric, so that a measurement is picked with probability `1 / oneIn` whatever
 * came before; with the weight `oneIn` every count and sum is an unbiased estimate. Picking every
 * n-th instead would follow any rhythm of the caller's.
 */
export class Sampler {
  private skip: number;
  private readonly logMiss: number;

  constructor(
    private readonly oneIn: number,
    private readonly random: () => number,
  ) {
    this.logMiss = Math.log1p(-1 / oneIn);
    this.skip = this.gap();
  }

  /** For how many measurements this one stands: 0 when it is skipped. */
  weight(): number {
    if (this.skip-- > 0) return 0;
    this.skip = this.gap();
    return this.oneIn;
  }

  private gap(): number {
    return Math.floor(Math.log1p(-this.random()) / this.logMiss);
  }
}
