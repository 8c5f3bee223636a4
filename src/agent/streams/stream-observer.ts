/**
 * What follows one stream on its way from who makes it to who consumes it. None of these may throw:
 * they are called in the middle of the application's own reading.
 */
export interface StreamObserver {
  /** Runs what produces the next chunk in the context of the call that the stream answers. */
  inContext<Result>(fn: () => Result): Result;
  onChunk(chunk: unknown): void;
  /** The source has ended by itself; `wasAborted` where it did so because it was told to. */
  onEnd(wasAborted: boolean): void;
  /** The source has failed, and the consumer is about to be told. */
  onError(error: unknown): void;
  /** The consumer wants no more. */
  onReturn(): void;
}
