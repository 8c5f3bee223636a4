/** What the service of the soak is to do. */
export interface Job {
  readonly url: string;
  readonly recordsPerSecond: number;
  /** Time between exports, and the timeout of each, milliseconds. */
  readonly intervalMillis: number;
}

/** The instruments that are recorded in, by name. */
export const INSTRUMENTS = [
  'job.time_to_first_token',
  'job.duration',
  'http.server.request.duration',
  'http.server.requests',
] as const;

/** Series of each instrument. */
export const SERIES_EACH = 500;

/** What the service says of itself, once a second. */
export interface Report {
  /** The last one: everything has been flushed, as far as it could be. */
  readonly isFinal: boolean;
  /** Record calls by instrument, in the order of `INSTRUMENTS`. */
  readonly recorded: readonly number[];
  /** Records that could not be recorded, by reason, for each instrument. */
  readonly dropped: readonly Readonly<Record<string, number>>[];
  /** Points that the exporter has collected and not got rid of. */
  readonly held: number;
  /** Points that the exporter has given up, by reason. */
  readonly droppedPoints: Readonly<Record<string, number>>;
  /** Since the start. */
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly rssBytes: number;
  /** What 99 % of the waits for the event loop were below, since the start. */
  readonly delayP99Millis: number;
}
