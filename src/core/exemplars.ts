import type { Clock } from './clock.js';

/** What an exemplar says of the trace in which its measurement was taken. */
export interface TraceContext {
  /** Hexadecimal; `undefined` where there was no trace. */
  readonly traceId?: string | undefined;
  readonly spanId?: string | undefined;
}

/**
 * Tells the trace that is active, or `undefined` where no exemplar is wanted here. Called on the
 * record path, at most once for a measurement; never throws.
 */
export type ActiveTrace = () => TraceContext | undefined;

/** One measurement, as an example of those in its place. */
export interface Exemplar extends TraceContext {
  /** Its place in the series: the bucket of an explicit histogram, 0 for what is no histogram. */
  readonly slot: number;
  readonly value: number;
  /** Wall-clock time, ms since the Unix epoch. */
  readonly millis: number;
}

/** An exemplar that a later one may still take the place of. */
interface Candidate extends Exemplar {
  /** How many measurements of its slot there have been since the first exemplar of the interval. */
  seen: number;
  /** Which of them is to take its place. */
  next: number;
}

/** What exemplars are made with. */
export interface Surroundings {
  readonly clock: Clock;
  /** From 0 up to 1. */
  readonly random: () => number;
  /** None are taken while it is `undefined`. */
  readonly trace: ActiveTrace | undefined;
}

/** Longest gap between two looks at a slot, measurements; the lower half of its two bytes. */
export const GAP = 255;

/** No more places than that in a base-2 histogram (metrics SDK, "Exemplar defaults"). */
export const BASE2_EXEMPLARS = 20;

/**
 * The exemplars of one block of rows, at most one for each slot of a series and interval of a reader.
 *
 * Looking for the active trace takes several times as long as a bound record, so it is not done for
 * each measurement. A slot has two bytes: how many measurements pass until the next look, and how many
 * have passed before the last. The first measurement of an interval is looked at, so that rare ones
 * (the slow ones, mostly) are not missed; without a trace the gap grows by one with each look, up to
 * 255. What then takes the place of an exemplar is drawn by lot, so that each measurement of the
 * interval has the same chance, and the number of looks grows with their logarithm.
 *
 * Memory: two bytes for each number of a row; the exemplars only where there has been a trace.
 *
 * Source: OpenTelemetry metrics SDK, "Exemplar", "AlignedHistogramBucketExemplarReservoir",
 * "SimpleFixedSizeExemplarReservoir".
 */
export class Exemplars {
  /** By the place of a slot in its row. Whoever records counts the lower half down, and looks at 0. */
  readonly looks: Uint16Array;
  /** By the beginning of the row; with several readers also what each has yet to get, by its slot. */
  private readonly live = new Map<number, Candidate[]>();
  private readonly ofReader = new Map<number, Map<number, readonly Exemplar[]>>();

  /** @param numbers of the block; `stride` of them are a row */
  constructor(
    numbers: number,
    private readonly stride: number,
    private readonly surroundings: Surroundings,
  ) {
    this.looks = new Uint16Array(numbers);
  }

  /** What has come in since this was last asked for; the next interval begins. */
  take(at: number): readonly Exemplar[] | undefined {
    this.looks.fill(0, at, at + this.stride);
    return takeFrom(this.live, at);
  }

  /** The same for one reader of several, once it has been {@link share}d. */
  takeOwn(at: number, reader: number): readonly Exemplar[] | undefined {
    return takeFrom(this.ofReader.get(reader), at);
  }

  /** Hands what has come in to each reader. */
  share(at: number, readers: Iterable<{ readonly slot: number }>): void {
    const exemplars = this.take(at);
    if (exemplars === undefined) return;
    for (const { slot } of readers) {
      const own = this.ofReader.get(slot) ?? new Map();
      this.ofReader.set(slot, own.set(at, newestExemplars(own.get(at), exemplars)));
    }
  }

  /** Forgets a row. */
  clear(at: number): void {
    this.take(at);
    for (const own of this.ofReader.values()) own.delete(at);
  }

  /** Forgets a reader. */
  forget(reader: number): void {
    this.ofReader.delete(reader);
  }

  /** Considers a measurement that the row at `at` has taken; the countdown of its slot has ended. */
  look(at: number, slot: number, value: number): void {
    const { clock, random, trace } = this.surroundings;
    const place = at + slot;
    const passed = ((this.looks[place] as number) >> 8) + 1;
    const all = this.live.get(at);
    let held = all === undefined ? undefined : heldIn(all, slot);
    let gap = Math.min(GAP, passed);
    if (held !== undefined) held.seen += passed;
    if (held === undefined || held.seen >= held.next) {
      const context = trace?.();
      if (context !== undefined) {
        const { traceId, spanId } = context;
        const found = { slot, value, millis: clock.now(), traceId, spanId };
        if (held !== undefined) Object.assign(held, found);
        else {
          held = { ...found, seen: 1, next: 0 };
          if (all === undefined) this.live.set(at, [held]);
          else all.push(held);
        }
      }
      // The n-th is to stay until the m-th with the probability n/m.
      if (held !== undefined) held.next = Math.floor(held.seen / random()) + 1;
    }
    if (held !== undefined) gap = Math.min(GAP, held.next - held.seen - 1);
    this.looks[place] = gap * 257;
  }
}

function heldIn(all: readonly Candidate[], slot: number): Candidate | undefined {
  for (const it of all) if (it.slot === slot) return it;
  return undefined;
}

function takeFrom(
  rows: Map<number, readonly Exemplar[]> | undefined,
  at: number,
): readonly Exemplar[] | undefined {
  const exemplars = rows?.get(at);
  rows?.delete(at);
  return exemplars;
}

/** The exemplars of one series over two intervals: of each slot the newer one. */
export function newestExemplars(
  older: readonly Exemplar[] = [],
  newer: readonly Exemplar[] = [],
): readonly Exemplar[] {
  return [...newer, ...older.filter(({ slot }) => !newer.some((it) => it.slot === slot))];
}
