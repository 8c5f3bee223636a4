import { currentContext, type Holder, runInContext } from '../../core/index.js';
import type { BoundInstrument } from '../../standard/index.js';

/** The attributes of one answered request. */
export type AnsweredAttributes = {
  readonly 'http.request.method': string;
  readonly 'url.scheme': string;
  'http.route': string | undefined;
  readonly 'http.response.status_code': number | undefined;
  readonly 'network.protocol.version': string | undefined;
  readonly 'error.type': string | undefined;
};

/** Where an exchange is recorded: the `ServerRecorder`. Nothing of it throws. */
export interface ExchangeRecorder {
  /** The request that was counted there is no longer active. */
  leave(active: BoundInstrument): void;
  /** A session of server-sent events is open; returns what ends it. */
  beginSession(): (isComplete: boolean) => void;
  /** The request is over; durations in seconds. */
  record(
    path: string,
    duration: number,
    firstByte: number | undefined,
    attributes: AnsweredAttributes,
  ): void;
}

/**
 * One request and its answer, from the arrival to the last byte or to whatever ended it before.
 * Ends once, however often it is told so.
 */
export class Exchange {
  /** The template of the endpoint, as soon as somebody knows it. */
  route: string | undefined = undefined;
  /** Asked for it at the end, where nobody has told it until then. */
  routeOf: (() => string | undefined) | undefined = undefined;
  /** The status of the answer, where it is known before the end. */
  status: number | undefined = undefined;
  /** The request context that the measurements belong to: that in which the exchange begins. */
  readonly context: Holder | undefined = currentContext();
  private readonly start = performance.now();
  private firstByte = -1;
  private firstChunk = -1;
  private endSession: ((isComplete: boolean) => void) | undefined = undefined;
  private isOpen = true;

  constructor(
    private readonly recorder: ExchangeRecorder,
    readonly method: string,
    readonly scheme: string,
    readonly path: string,
    private readonly protocol: string | undefined,
    private readonly active: BoundInstrument,
  ) {}

  /** The headers of the answer are on their way. */
  headersSent(contentType: unknown): void {
    // An answer that is begun after its client has gone has no end that would be told.
    if (!this.isOpen || this.endSession !== undefined || typeof contentType !== 'string') return;
    if (!/^text\/event-stream\b/i.test(contentType)) return;
    this.endSession = runInContext(this.context, () => this.recorder.beginSession());
  }

  /** A part of a streamed body is on its way; only the first one counts. */
  bodySent(): void {
    if (this.firstByte < 0) this.firstByte = performance.now();
  }

  /**
   * A chunk of a body that may be streamed has been taken. One that was whole from the start is a
   * stream of one chunk as well: only the second chunk, or an end before it, tells them apart.
   */
  chunkSent(): void {
    if (this.firstChunk < 0) this.firstChunk = performance.now();
    else if (this.firstByte < 0) this.firstByte = this.firstChunk;
  }

  /**
   * The exchange is over.
   *
   * @param status what was sent; `undefined` where nothing was
   * @param errorType where it did not end well for another reason than the status
   */
  end(status: number | undefined, errorType: string | undefined): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    const now = performance.now();
    this.recorder.leave(this.active);
    // In the order in which they are declared: the series is then found by the shortest way.
    const attributes = {
      'http.request.method': this.method,
      'url.scheme': this.scheme,
      'http.route': this.template(),
      'http.response.status_code': status,
      'network.protocol.version': this.protocol,
      'error.type': errorType ?? (status !== undefined && status >= 500 ? `${status}` : undefined),
    };
    if (errorType !== undefined && this.firstByte < 0) this.firstByte = this.firstChunk;
    const firstByte = this.firstByte < 0 ? undefined : (this.firstByte - this.start) / 1000;
    runInContext(this.context, () => {
      this.endSession?.(errorType === undefined);
      this.recorder.record(this.path, (now - this.start) / 1000, firstByte, attributes);
    });
  }

  /** `/v1/` and `/v1` are one endpoint, whichever of them a framework calls it. */
  private template(): string | undefined {
    let route = this.route;
    try {
      route ??= this.routeOf?.();
    } catch {
      // What a framework keeps may be other than it was; the request is measured all the same.
    }
    return route !== undefined && route.length > 1 && route.endsWith('/')
      ? route.slice(0, -1)
      : route;
  }
}
