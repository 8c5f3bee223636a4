import type { Clock } from '../../src/core/index.js';

/** A fake wall clock starts here: 2025-01-01T00:00:00Z, in milliseconds. */
export const EPOCH = Date.UTC(2025, 0, 1);

/** Two clocks that stand still until they are moved. */
export class FakeClock implements Clock {
  private wall = EPOCH;
  private elapsed = 0;

  now(): number {
    return this.wall;
  }

  monotonic(): number {
    return this.elapsed;
  }

  /** Lets time go by, in milliseconds, on both clocks. */
  advance(millis: number): void {
    this.wall += millis;
    this.elapsed += millis;
  }

  /** Sets the wall clock forward or back, in milliseconds, as an operator or NTP would. */
  setWallBy(millis: number): void {
    this.wall += millis;
  }
}
