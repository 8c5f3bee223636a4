import type { Asking } from '../protocol.js';
import { SLOT_MILLIS, type Store } from '../store/index.js';

/** The time that an answer is about, in slots of the store, and how it is cut into steps. */
export interface Span {
  /** First slot, and the first one after the end. */
  readonly from: number;
  readonly to: number;
  /** Slots of a step, and the first slot of the first step. */
  readonly step: number;
  readonly stepsFrom: number;
  readonly steps: number;
  /** Whether steps are longer than they would be if the history were finer. */
  readonly isCoarse: boolean;
}

/** Lengths of a step, seconds. */
const LONGEST_STEP = 3_600;
const STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1_800, LONGEST_STEP] as const;
/** As many steps as a graph of usual width can show well. */
const WISHED_STEPS = 60;

/**
 * The span of an asking. Steps are whole ones, at least as long as services take between two exports: in
 * shorter ones every other would be empty. They begin at multiples of their length, so that a graph moves on
 * without changing what it has shown; the last one is the last that is over. Where the history is coarser, the
 * span begins and ends where a row does, and no step is shorter than a row: none is counted in part.
 */
export function spanOf(asking: Pick<Asking, 'rangeSeconds' | 'to'>, store: Store): Span {
  const now = asking.to ?? store.now();
  const last = Math.ceil(now / SLOT_MILLIS);
  const from = store.resolution.startOf(last - asking.rangeSeconds);
  const to = store.resolution.endOf(last - 1);
  const least = Math.min(
    Math.max(asking.rangeSeconds / WISHED_STEPS, longestInterval(store)),
    asking.rangeSeconds / 5,
  );
  const wished = STEPS.find((seconds) => seconds >= least) ?? LONGEST_STEP;
  const cut = (step: number): Span => {
    const end = Math.floor(now / SLOT_MILLIS / step) * step;
    const steps = Math.max(1, Math.ceil((end - from) / step));
    return { from, to, step, stepsFrom: end - steps * step, steps, isCoarse: step > wished };
  };
  // The first step may begin before the span, where rows may be wider still.
  const isWhole = ({ step, stepsFrom }: Span) => step >= store.resolution.widthAt(stepsFrom);
  const cuts = STEPS.filter((step) => step >= wished).map(cut);
  return cuts.find(isWhole) ?? cut(LONGEST_STEP);
}

/** Seconds, of the services that are there. */
function longestInterval(store: Store): number {
  const recent = store.now() - 120_000;
  const intervals = store.resources.flatMap(({ interval, lastSeen }) =>
    interval === undefined || lastSeen < recent ? [] : [interval],
  );
  return Math.ceil(Math.min(60_000, Math.max(0, ...intervals)) / 1_000 - 0.2);
}

/** The step that a slot lies in; below 0 or past the last for one outside. */
export function stepOf({ stepsFrom, step }: Span, slot: number): number {
  return Math.floor((slot - stepsFrom) / step);
}

/** Ends of the steps, milliseconds. */
export function timesOf({ stepsFrom, step, steps }: Span): readonly number[] {
  return Array.from({ length: steps }, (_, i) => (stepsFrom + (i + 1) * step) * SLOT_MILLIS);
}

/** Seconds of the whole. */
export function secondsOf({ from, to }: Span): number {
  return ((to - from) * SLOT_MILLIS) / 1_000;
}
