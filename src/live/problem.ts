/** Why the live view does not start, and what its user can do about it. */
export class LiveProblem extends Error {
  override readonly name = 'LiveProblem';
  /** A sentence that says what to do. */
  readonly fix: string;

  constructor(what: string, fix: string) {
    super(what);
    this.fix = fix;
  }
}
