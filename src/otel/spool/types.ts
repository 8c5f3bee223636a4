import type { Clock } from '../../core/index.js';

/** One encoded request, and what is needed to count it. */
export interface SpoolEntry {
  /** The bytes as they are to be sent. They come back as they were. */
  readonly body: Uint8Array;
  /** Data points in it; a whole number. */
  readonly points: number;
}

/** An entry that was handed out. */
export interface SpooledEntry extends SpoolEntry {
  /** For `remove` and `release`. */
  readonly id: string;
}

/** Where a spool is and how large it may grow. */
export interface SpoolOptions {
  /** Made if it is not there, for its owner alone. Several processes may share it. */
  readonly directory: string;
  /**
   * Most bytes on disk, the files of all processes counted. Default 64 MiB. Where room is needed the
   * oldest entries give way, and are counted. What belongs to another live process never does.
   */
  readonly maxBytes?: number | undefined;
  /** Hears what went wrong and what to do, for each time: limiting the rate is the caller's. */
  readonly onProblem: (message: string) => void;
  readonly clock?: Clock | undefined;
}

/** How an entry is written. */
export interface WriteOptions {
  /**
   * The caller is about to send it: `next` leaves it alone until `release`, or until this process is
   * dead. Default false: it waits for `next` at once.
   */
  readonly inFlight?: boolean | undefined;
}

/**
 * What a spool holds, and what became of the rest since it was opened. Points that were written or
 * taken over = removed + `points` + `droppedPoints` + `corruptPoints` + `missingPoints`.
 */
export interface SpoolCounts {
  /** On disk and ours to send: of this process, and of dead ones as last seen; in flight included. */
  entries: number;
  /** Bytes of these entries, their headers included. */
  bytes: number;
  /** Points of these entries. */
  points: number;
  /** Points that gave way to `maxBytes`. */
  droppedPoints: number;
  /** Files that were set aside: damaged entries, and what a dead process had not finished writing. */
  corruptFiles: number;
  /** Points of damaged entries. Those of unfinished ones were never written, and count nowhere. */
  corruptPoints: number;
  /** Points of entries that were no longer there: removed, or taken over by another process. */
  missingPoints: number;
}
