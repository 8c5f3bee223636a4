import { setImmediate } from 'node:timers/promises';
import type { PartialSuccess } from '../otlp/answers.js';
import { Malformed } from '../otlp/cursor.js';
import { batchesOf, type OtlpEncoding, Rejections } from '../otlp/decode.js';
import type { Outline } from '../otlp/outline.js';
import type { DecodedResourceMetrics } from '../otlp/types.js';
import type { ReceiverCounts } from './receiver-counts.js';

/** A request as it came, unpacked. */
export interface RawRequest {
  readonly body: Buffer;
  readonly encoding: OtlpEncoding;
  /** Milliseconds since the Unix epoch. */
  readonly receivedAt: number;
}

/** Who takes what was received. */
export interface Sink {
  /** Takes points, at once. Tells how many it has no place for. */
  add(
    resources: readonly DecodedResourceMetrics[],
    receivedAt: number,
  ): { readonly rejectedPoints: number; readonly reason?: string | undefined };
  /** Told of each request that is taken, before its points are. */
  keep?(request: RawRequest): void;
}

const BATCH_POINTS = 500;
/** Longest time for which nothing else gets its turn, milliseconds, as far as batches go. */
const SLICE_MILLIS = 10;
const MOST_MESSAGE_LETTERS = 500;

/**
 * Decodes requests one after the other, in slices, and hands the points on: a large request neither
 * blocks the page nor is there as a whole, and several do not add up.
 */
export class Intake {
  private last: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly sink: Sink,
    private readonly counts: ReceiverCounts,
  ) {}

  /** Settles when all points have been handed on; tells what was left out, if anything was. */
  take(request: RawRequest, outline: Outline): Promise<PartialSuccess | undefined> {
    const mine = this.last.then(() => this.decode(request, outline));
    this.last = mine.catch(() => undefined);
    return mine;
  }

  private async decode(request: RawRequest, outline: Outline): Promise<PartialSuccess | undefined> {
    const unread = new Rejections();
    const refused = new Rejections();
    let isFirst = true;
    let sliceStart = performance.now();
    for (const resources of batchesOf(outline, BATCH_POINTS, unread)) {
      // Not one of its first points can be read: this is something else, and nothing is lost by it.
      if (
        isFirst &&
        unread.damaged > 0 &&
        unread.damaged >= Math.min(outline.points, BATCH_POINTS)
      ) {
        throw new Malformed(unread.message().slice(0, MOST_MESSAGE_LETTERS));
      }
      if (isFirst) this.sink.keep?.(request);
      isFirst = false;
      const { rejectedPoints, reason } = this.sink.add(resources, request.receivedAt);
      if (rejectedPoints > 0) refused.add(rejectedPoints, reason ?? 'no place for them');
      if (performance.now() - sliceStart < SLICE_MILLIS) continue;
      await setImmediate();
      sliceStart = performance.now();
    }
    for (const [reason, points] of unread.byReason) this.counts.reject(points, reason);
    const rejected = unread.points + refused.points;
    this.counts.accept(Math.max(0, outline.points - rejected));
    if (rejected === 0) return undefined;
    const message = [unread.message(), refused.message()].filter((it) => it !== '').join('; ');
    return {
      rejectedDataPoints: rejected,
      errorMessage: message.slice(0, MOST_MESSAGE_LETTERS),
    };
  }
}
