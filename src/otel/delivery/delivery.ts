import type { ResourceMetrics } from '@opentelemetry/sdk-metrics';
import { atOnce, inSlices } from '../../core/index.js';
import { spareOf } from '../otlp/backward-writer.js';
import { encodeRequest, type Serialize } from '../otlp/request.js';
import type { Answer, Send } from './answer.js';
import { pauseMillis } from './backoff.js';
import { mergeBatches } from './merge.js';
import { joinedParts, partsOf, pointsIn } from './points.js';

/** Why points were given up. */
export type PointDropReason =
  /** The server refused them for good: a status that must not be retried. */
  | 'rejected'
  /** The server took the request, and said that it did not take these. */
  | 'partial_success'
  /** Refused for their size, halved already. */
  | 'too_large'
  /** Not to be merged or encoded: a fault in the metrics of another library. */
  | 'unencodable'
  /** More series than may be held. */
  | 'held_limit'
  /** Older than what the spool has room for. */
  | 'spool_limit'
  /** Damaged in the spool, or taken from it by others. */
  | 'spool_corrupt'
  /** Their request gets no answer, time and again, while others do. */
  | 'unanswered'
  /** Unsent at the end of the pipeline, and nowhere to keep them. */
  | 'shutdown';

/** What is kept outside of the process until it is sent; `Spool` is one. */
export interface Store {
  /** Keeps an encoded request. An id, or false where it could not be kept. */
  write(entry: StoredRequest): Promise<string | false>;
  /**
   * The same before it returns, where the process may end at once. What `write` has under way, the very
   * same object, is kept once, and `write` then gives false.
   */
  writeSync(entry: StoredRequest): string | false;
  /** The oldest request that waits, which is then claimed until it is removed or released. */
  next(): Promise<(StoredRequest & { readonly id: string }) | undefined>;
  remove(id: string): void;
  /** To be handed out again later. */
  release(request: StoredRequest & { readonly id: string }): void;
  close(): void;
}

/** One encoded request, and how many points it has. */
export interface StoredRequest {
  readonly body: Uint8Array;
  readonly points: number;
}

/** What a delivery is made from. */
export interface DeliveryOptions {
  readonly send: Send;
  /** For what is not in rows of ours. */
  readonly serialize: Serialize;
  /** Most time for one request, ms. */
  readonly timeoutMillis: number;
  /** Milliseconds of a clock that is never set. */
  readonly now: () => number;
  /** From 0 up to 1. */
  readonly random: () => number;
  /** Waits, without holding the process open. */
  readonly sleep: (millis: number) => Promise<void>;
  readonly store?: Store | undefined;
  /** Whether each request goes into the store before it is sent. */
  readonly writeAhead?: boolean;
  readonly onAnswer: (answer: Answer, points: number, millis: number) => void;
  readonly onDropped: (reason: PointDropReason, points: number) => void;
  /** So many points are part of others by now. */
  readonly onMerged?: (points: number) => void;
}

/** One request on its way. */
interface Request extends StoredRequest {
  /** What it was made of, where that is still ours to merge or to halve. */
  readonly metrics?: ResourceMetrics | undefined;
  /** Where it is in the store. */
  readonly id?: string | undefined;
  /** How often its fate was not known. */
  readonly attempts?: number | undefined;
}

/** A request of which only the bytes are left; with an id, in the store as well. */
interface DoubtfulRequest extends StoredRequest {
  readonly attempts: number;
  readonly id?: string | undefined;
}

/** After so many attempts without an answer others are sent in spite of it, to see whose fault it is. */
const PATIENCE = 3;

/** Most points of one request: some hundred bytes each, where the Collector takes 20 MiB. */
const MAX_POINTS = 5_000;
/** The same for a server that has refused stored ones for their size. */
const LEAST_POINTS = 500;

/**
 * Delivers batches of metrics, at least once, and owns them until their fate is known:
 *
 * - accepted: forgotten
 * - retryable: merged with what comes after it, and sent with that; so an outage of any length takes
 *   the memory of one batch and costs no counts
 * - rejected, or in a partial success: given up and counted, so that it cannot block the next
 * - too large: halved once; of what comes from a store only the bytes are left, so that is given up, and
 *   what comes after it is stored in smaller requests
 * - ambiguous: the identical bytes are sent again, ahead of everything else; given up only where a server
 *   that takes other requests leaves this one without an answer for the third time
 *
 * There is one attempt at a time and no timer: an attempt is made when a batch comes in, unless the
 * pause after the last failure is not over. With a store that is written ahead, requests wait there
 * instead of in memory.
 */
export class Delivery {
  /** Batches that wait, oldest first. What is being encoded is still among them. */
  private waiting: ResourceMetrics[] = [];
  /** What is left of a batch of which a part is under way: the first of those that wait. */
  private rest: ResourceMetrics | undefined;
  /** Requests whose fate is not known, at most two. */
  private inDoubt: DoubtfulRequest[] = [];
  private inFlight: Request | undefined;
  /** On its way into the store, and still the first part of those that wait. */
  private storing: StoredRequest | undefined;
  /** Memory of the last request of this turn, to be written over by the next. */
  private spare: Buffer | undefined;
  /** After a refusal for size: how many points are still to be sent in halves, and how large these are. */
  private toHalve = { points: 0, size: 0 };
  /** Most points of a request, as far as the server is known. */
  private maxPoints = MAX_POINTS;
  /** Behind which the next attempt begins. */
  private turn: Promise<unknown> = Promise.resolve();
  /** In a row, of those that may pass. */
  private failures = 0;
  private notBefore = Number.NEGATIVE_INFINITY;
  /** Requests that have arrived. */
  private arrivals = 0;
  /** What went wrong last. */
  private lastMessage: string | undefined;
  /** The end of the pipeline, on the clock of `now`, once it is known. */
  private end: number | undefined;
  private isClosed = false;

  constructor(private readonly options: DeliveryOptions) {}

  /** Points in memory that have not arrived. */
  get heldPoints(): number {
    let points = this.inFlight?.points ?? 0;
    for (const request of this.inDoubt) if (!isStored(request)) points += request.points;
    for (const batch of this.waiting) points += pointsIn(batch);
    return points;
  }

  /** Takes a batch over, without sending it. After the end nothing waits any more. */
  add(batch: ResourceMetrics): void {
    const points = pointsIn(batch);
    if (this.isClosed) this.drop('shutdown', points);
    else if (points > 0) this.waiting.push(batch);
  }

  /**
   * Takes a batch over and sends what there is, after what is under way. Never rejects; returns why
   * something is still unsent or was given up, or `undefined` where everything has arrived.
   */
  export(batch: ResourceMetrics): Promise<string | undefined> {
    this.add(batch);
    const attempt = this.turn.then(() => this.run());
    this.turn = attempt;
    return attempt;
  }

  /** Sends what is held or stored, where there is nothing new to send it with. */
  resend(): void {
    if (this.heldPoints > 0 || this.options.store !== undefined)
      this.turn = this.turn.then(() => this.run());
  }

  /** Waits for what is under way. */
  async idle(): Promise<void> {
    await this.turn;
  }

  /** The end is near: attempts go on until then, ms from now, and pauses fit into it. */
  hasten(millis: number): void {
    this.end = this.options.now() + millis;
  }

  /** The end: what is unsent is stored, or given up and counted. At once. */
  close(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    const { store, serialize, onDropped } = this.options;
    if (this.inFlight !== undefined) this.keep(this.inFlight);
    for (const request of this.inDoubt) this.keep(request);
    if (this.storing !== undefined) {
      this.keep(this.storing);
      this.removeFirst(this.storing);
    }
    for (const metrics of this.waiting.flatMap((batch) => partsOf(batch, this.maxPoints))) {
      const points = pointsIn(metrics);
      try {
        // Encoding takes time, which there may not be.
        if (store === undefined) onDropped('shutdown', points);
        else this.keep({ body: atOnce(encodeRequest(metrics, serialize)), points });
      } catch {
        onDropped('unencodable', points);
      }
    }
    this.waiting = [];
    this.inDoubt = [];
    this.inFlight = undefined;
    store?.close();
  }

  private keep(request: Request): void {
    const { store, onDropped } = this.options;
    if (isStored(request)) store?.release(request);
    else if (store === undefined || store.writeSync(request) === false)
      onDropped('shutdown', request.points);
  }

  /** One turn: attempts to send everything. Never rejects. */
  private async run(): Promise<string | undefined> {
    try {
      // Before anything can keep it from being sent.
      if (this.options.writeAhead === true) await this.storeWaiting();
      await this.merge();
      const pause = this.notBefore - this.options.now();
      if (pause > 0 && this.end === undefined)
        return `${this.lastMessage}; the next attempt is due in ${Math.ceil(pause / 1_000)} s`;
      this.lastMessage = undefined;
      while (!(await this.sendAll()) && !this.isClosed) {
        // Where nothing has ever arrived nobody is likely to be there: the end need not wait for it.
        const left =
          this.end === undefined || this.arrivals === 0 ? 0 : this.end - this.options.now();
        if (left <= 0) break;
        await this.options.sleep(Math.min(this.notBefore - this.options.now(), left));
      }
      return this.lastMessage;
    } catch (error) {
      // A fault in the metrics of another library, which have been given up.
      return error instanceof Error ? error.message : String(error);
    } finally {
      // Until the next export it would lie idle.
      this.spare = undefined;
    }
  }

  /** Makes one batch of those that wait. */
  private async merge(): Promise<void> {
    if (this.waiting.length < 2) return;
    const batches = [...this.waiting];
    let lost = 0;
    const merging = mergeBatches(batches, (points) => {
      lost += points;
    });
    const merged = await inSlices(merging).catch((error: unknown) => {
      // They would fail again with each batch that comes, and take more memory each time.
      if (!this.isClosed)
        for (const batch of this.waiting.splice(0, batches.length))
          this.drop('unencodable', pointsIn(batch));
      throw error;
    });
    if (this.isClosed) return;
    if (lost > 0) this.options.onDropped('held_limit', lost);
    const before = batches.reduce((points, batch) => points + pointsIn(batch), 0);
    this.options.onMerged?.(before - lost - pointsIn(merged));
    // What came in meanwhile comes after it.
    this.waiting.splice(0, batches.length, merged);
  }

  /** Sends what there is, oldest first. False where something has to wait. */
  private async sendAll(): Promise<boolean> {
    const { arrivals } = this;
    for (const request of [...this.inDoubt]) {
      this.inDoubt = this.inDoubt.filter((it) => it !== request);
      if (await this.settle(request)) continue;
      const again = this.inDoubt.at(-1);
      // Only what has had no answer time and again does not keep the others back.
      const isHopeless = again !== undefined && again.attempts > request.attempts;
      if (this.isClosed || !isHopeless || again.attempts < PATIENCE) return false;
    }
    if (this.inDoubt.length > 1) return false;
    const [doubtful] = this.inDoubt;
    const isAll = (await this.sendStored()) && (await this.sendWaiting());
    if (doubtful === undefined || this.isClosed) return isAll;
    if (this.arrivals === arrivals) return false;
    // The server takes others: it is the request that it cannot answer.
    this.inDoubt = this.inDoubt.filter((it) => it !== doubtful);
    this.drop('unanswered', doubtful.points);
    if (isStored(doubtful)) this.options.store?.remove(doubtful.id);
    return isAll;
  }

  /** Moves what waits into the store, as far as that takes it. */
  private async storeWaiting(): Promise<void> {
    for (;;) {
      const request = await this.encodeFirst();
      if (request === undefined) return;
      const { body, points } = request;
      this.storing = { body, points };
      const id = (await this.options.store?.write(this.storing)) ?? false;
      this.storing = undefined;
      // Whoever closed has had it written.
      if (this.isClosed || id === false) return;
      this.removeFirst(request);
    }
  }

  private async sendStored(): Promise<boolean> {
    const { store } = this.options;
    if (store === undefined) return true;
    while (!this.isClosed) {
      const request = await store.next();
      if (request === undefined) return true;
      if (!(await this.settle(request))) return false;
      await this.mergeBacklog();
    }
    return false;
  }

  /** What comes in while a slow server is sent much must not pile up. */
  private async mergeBacklog(): Promise<void> {
    // Halves are counted from the front, which has to stay as it is.
    if (this.waiting.length > 2 && this.toHalve.points <= 0) await this.merge();
  }

  private async sendWaiting(): Promise<boolean> {
    for (;;) {
      await this.mergeBacklog();
      const request = await this.encodeFirst();
      if (request === undefined) return !this.isClosed;
      this.removeFirst(request);
      if (!(await this.settle(request))) return false;
    }
  }

  /** Encodes as much of the first batch as fits a request; it goes on waiting meanwhile. */
  private async encodeFirst(): Promise<Required<Omit<Request, 'id' | 'attempts'>> | undefined> {
    for (;;) {
      const [batch] = this.waiting;
      const [metrics] = batch === undefined ? [] : partsOf(batch, this.partSize);
      if (metrics === undefined) return undefined;
      const points = pointsIn(metrics);
      try {
        const { spare } = this;
        this.spare = undefined;
        const body = await inSlices(encodeRequest(metrics, this.options.serialize, spare));
        return this.isClosed ? undefined : { body, points, metrics };
      } catch (error) {
        // Of another library's making; it must not stand in the way of all others.
        this.lastMessage = error instanceof Error ? error.message : String(error);
        if (this.isClosed) return undefined;
        this.removeFirst({ points });
        this.drop('unencodable', points);
      }
    }
  }

  private get partSize(): number {
    return this.toHalve.points > 0 ? this.toHalve.size : this.maxPoints;
  }

  /** Takes a part off the first batch, once it is somewhere else. */
  private removeFirst({ points }: Pick<Request, 'points'>): void {
    const [, ...rest] = partsOf(this.waiting[0] as ResourceMetrics, points);
    this.rest = rest.length === 0 ? undefined : joinedParts(rest);
    this.waiting.splice(0, 1, ...(this.rest === undefined ? [] : [this.rest]));
  }

  /** Puts a part back to where it came from. */
  private putBack(metrics: ResourceMetrics): void {
    if (this.rest !== undefined && this.waiting[0] === this.rest)
      this.waiting[0] = joinedParts([metrics, this.rest]);
    else this.waiting.unshift(metrics);
    this.rest = undefined;
  }

  /** Sends one request and does what its fate asks for. False where it has to wait. */
  private async settle(request: Request): Promise<boolean> {
    const { options } = this;
    const left = this.end === undefined ? Number.POSITIVE_INFINITY : this.end - options.now();
    this.inFlight = request;
    const begun = options.now();
    const said = await options.send(
      request.body,
      Math.max(1, Math.min(options.timeoutMillis, left)),
    );
    // A server cannot have refused more than it was sent.
    const rejectedPoints = Math.min(Math.max(said.rejectedPoints ?? 0, 0), request.points);
    const answer: Answer = {
      ...said,
      ...(said.rejectedPoints !== undefined && { rejectedPoints }),
    };
    // Whoever closed has dealt with it, since the answer was still out.
    if (this.isClosed) return false;
    this.inFlight = undefined;
    options.onAnswer(answer, request.points, options.now() - begun);
    if (answer.isBodyFree === true && request.metrics !== undefined)
      this.spare = spareOf(request.body);
    if (answer.fate !== 'accepted') this.lastMessage = answer.message;
    if (answer.fate === 'accepted') this.arrivals += 1;
    const isHalf = this.toHalve.points > 0 && request.metrics !== undefined;
    if (isHalf) this.toHalve.points -= request.points;
    switch (answer.fate) {
      case 'accepted':
        this.drop('partial_success', answer.rejectedPoints ?? 0);
        return this.finish(request);
      case 'rejected':
        this.drop('rejected', request.points);
        return this.finish(request);
      case 'too_large':
        if (request.metrics !== undefined && request.points > 1 && !isHalf) {
          this.toHalve = { points: request.points, size: Math.ceil(request.points / 2) };
          this.putBack(request.metrics);
          this.lastMessage = undefined;
          return true;
        }
        if (isStored(request) && request.points > LEAST_POINTS)
          this.maxPoints = Math.max(
            LEAST_POINTS,
            Math.min(this.maxPoints, Math.ceil(request.points / 2)),
          );
        this.drop('too_large', request.points);
        return this.finish(request);
      case 'retryable':
        if (request.metrics !== undefined) this.putBack(request.metrics);
        else if (isStored(request)) options.store?.release(request);
        else this.doubt(request, 0);
        break;
      case 'ambiguous':
        // The bytes alone: they are no longer ours to merge. What is stored is not handed out again
        // meanwhile, or it would stand in the way of all others for good.
        this.doubt(request, 1);
        break;
    }
    this.toHalve.points = 0;
    this.failures += 1;
    this.notBefore =
      options.now() + pauseMillis(this.failures, answer.retryAfterMillis, options.random());
    return false;
  }

  /** The server has had its say: whatever it was, nothing has to wait. */
  private finish({ id }: Request): true {
    if (id !== undefined) this.options.store?.remove(id);
    this.failures = 0;
    this.notBefore = Number.NEGATIVE_INFINITY;
    return true;
  }

  /** Keeps what may have arrived, to be sent again as it is. */
  private doubt({ body, points, id, attempts = 0 }: Request, more: 0 | 1): void {
    this.inDoubt.push({ body, points, id, attempts: attempts + more });
  }

  private drop(reason: PointDropReason, points: number): void {
    if (points > 0) this.options.onDropped(reason, points);
  }
}

function isStored(request: Request): request is Request & { readonly id: string } {
  return request.id !== undefined;
}
