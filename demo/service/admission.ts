/**
 * Lets a bounded number of agent runs go at a time; the others wait in line. What they wait is the
 * admission wait time.
 */
export class Admission {
  private readonly places: number;
  private readonly line: (() => void)[] = [];
  private taken = 0;

  /** @param places how many runs may go at a time */
  constructor(places: number) {
    this.places = places;
  }

  /** Resolves when there is a place; pair it with {@link leave}. */
  async enter(): Promise<void> {
    if (this.taken < this.places) {
      this.taken += 1;
      return;
    }
    await new Promise<void>((resolve) => this.line.push(resolve));
  }

  /** Gives the place to the next in line. */
  leave(): void {
    const next = this.line.shift();
    if (next === undefined) this.taken -= 1;
    else next();
  }
}
