/** What the service tells about itself. Durations are nanoseconds of the monotonic clock. */
export interface Recording {
  /** Runs a request's handler; everything that it records carries who asked. */
  inRequest<Result>(caller: Caller, handle: () => Result): Result;
  /** A request has arrived. */
  requestStarted(method: string): End;
  requestFinished(request: FinishedRequest): void;
  /** How long a run waited for its place. */
  admitted(waited: bigint): void;
  userMessage(): void;
  /** A file came with a message, bytes. */
  file(bytes: number): void;
  runStarted(): End;
  job(job: FinishedJob): void;
  modelCall(call: FinishedModelCall): void;
  tool(call: FinishedToolCall): void;
  step(duration: bigint): void;
  /** A stream to a caller has been opened. */
  sessionOpened(): End;
  /** The caller of a stream hung up. */
  sessionLeft(): void;
  sessionClosed(duration: bigint): void;
  databaseRead(collection: string, duration: bigint): void;
  timeout(dependency: 'request' | 'provider' | 'cache'): void;
  ready(isReady: boolean): void;
}

/** Call it once, when what has started has ended. */
export type End = () => void;

/** Who asks; what is unknown is `undefined`. */
export interface Caller {
  readonly organization: string | undefined;
  readonly project: string | undefined;
  readonly template: string | undefined;
  readonly agent: string | undefined;
}

/** A request that has been answered, or given up. */
export interface FinishedRequest {
  readonly method: string;
  /** The route's pattern; `undefined` if no route fits. */
  readonly route: string | undefined;
  /** The status that was sent; `undefined` if the caller was gone before there was one. */
  readonly status: number | undefined;
  /** The connection was cut before the answer was complete. */
  readonly cut: boolean;
  readonly duration: bigint;
}

/** How a job ended. */
export type JobOutcome = 'completed' | 'failed' | 'cancelled' | 'expired';

/** A run of an agent, from the message to the last token. */
export interface FinishedJob {
  readonly agent: string;
  readonly model: string;
  readonly provider: string;
  readonly streamed: boolean;
  readonly outcome: JobOutcome;
  readonly duration: bigint;
  /** From the start of the job to its first token; `undefined` if there was none. */
  readonly firstToken: bigint | undefined;
  readonly inferences: number;
  readonly tools: number;
  /** US dollars. */
  readonly cost: number;
}

/** One call of a model. */
export interface FinishedModelCall {
  readonly model: string;
  readonly provider: string;
  readonly duration: bigint;
  readonly firstChunk: bigint | undefined;
  /** Times between the chunks after the first. */
  readonly chunkGaps: readonly bigint[];
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly errorType: string | undefined;
}

/** One call of a tool. */
export interface FinishedToolCall {
  readonly tool: string;
  readonly agent: string;
  readonly duration: bigint;
  readonly errorType: string | undefined;
}
