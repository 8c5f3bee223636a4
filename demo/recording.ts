import type { JobOutcome } from '../src/jobs/index.js';

/**
 * What the service tells: of some things the measurement, to be recorded, of others that they have
 * happened, since the SDK watches them by itself and the ledger has to know how often. Durations are
 * nanoseconds of the monotonic clock.
 */
export interface Recording {
  /** A request has arrived. */
  requestArrived(): void;
  /** The first part of a streamed answer goes out. */
  streamBegan(): void;
  /** The caller of a stream that had begun hung up. */
  streamLeft(): void;
  /** How long a run waited for its place. */
  admitted(waited: bigint): void;
  userMessage(): void;
  /** A file came with a message, bytes. */
  file(bytes: number): void;
  runStarted(): End;
  /** An agent has been invoked and has ended, well or not. */
  agentInvoked(): void;
  job(job: FinishedJob): void;
  modelCalled(call: FinishedModelCall): void;
  toolCalled(): void;
  stepTaken(): void;
  databaseRead(collection: string, duration: bigint): void;
  timeout(dependency: 'request' | 'provider' | 'cache'): void;
  ready(isReady: boolean): void;
}

/** Call it once, when what has started has ended. */
export type End = () => void;

/** A run of an agent, from the message to the last token. */
export interface FinishedJob {
  readonly model: string;
  readonly streamed: boolean;
  readonly outcome: JobOutcome;
  /** From the start of the job to its first token; `undefined` if there was none. */
  readonly firstToken: bigint | undefined;
  /** US dollars. */
  readonly cost: number;
}

/** One call of a model. */
export interface FinishedModelCall {
  /** Chunks of output that came. */
  readonly chunks: number;
  /** As its last event says; `undefined` if it did not come so far. */
  readonly usage: { readonly input: number; readonly output: number } | undefined;
}
