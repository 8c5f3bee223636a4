/** The two clocks that the core reads; tests put their own in this place. */
export interface Clock {
  /** Wall-clock time, milliseconds since the Unix epoch: the time stamps of exported points. */
  now(): number;
  /** Monotonic time, milliseconds from any origin: durations, which no clock change may touch. */
  monotonic(): number;
}

/** The clocks of the machine. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
};
