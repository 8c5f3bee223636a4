import type { Clock } from '../core/index.js';
import { MeterbookError, show } from '../errors.js';

/**
 * A clock that stands still until it is told to move. Give it to {@link testRegistry}, and timers
 * measure exactly what the test says.
 */
export class FakeClock implements Clock {
  private wallMillis: number;
  private elapsedMillis = 0;

  /** Starts at a wall-clock time, by default 2026-01-01T00:00:00Z. */
  constructor(start: Date = new Date(Date.UTC(2026, 0, 1))) {
    this.wallMillis = millisOf(start);
  }

  now(): number {
    return this.wallMillis;
  }

  monotonic(): number {
    return this.elapsedMillis;
  }

  /** Lets time pass, in milliseconds. */
  advance(millis: number): void {
    this.wallMillis += millis;
    this.elapsedMillis += millis;
  }

  /** Sets the wall clock alone, as an administrator or a time server would. */
  setWallClock(time: Date): void {
    this.wallMillis = millisOf(time);
  }
}

function millisOf(time: unknown): number {
  if (time instanceof Date) return time.getTime();
  throw new MeterbookError('TEST_EXPECTATION', {
    cause: `FakeClock was given the time ${show(time)}.`,
    fix: 'Pass a Date: new FakeClock(new Date("2026-01-01T00:00:00Z")).',
  });
}
