const TWO_TO_32 = 0x1_0000_0000;

/**
 * A moment as nanoseconds since the Unix epoch, in the halves of a 64-bit integer: more than a
 * double has exactly. To the microsecond, as all that is exported.
 */
export class Nanos {
  low = 0;
  high = 0;
  private millis = Number.NaN;

  /** @param millis since the Unix epoch; most points have the same, so that the last is remembered */
  set(millis: number): this {
    if (millis === this.millis) return this;
    this.millis = millis;
    const micros = Math.round(millis * 1_000);
    const upper = Math.floor(micros / TWO_TO_32);
    const lower = (micros - upper * TWO_TO_32) * 1_000;
    this.low = lower >>> 0;
    this.high = (upper * 1_000 + Math.floor(lower / TWO_TO_32)) >>> 0;
    return this;
  }
}
