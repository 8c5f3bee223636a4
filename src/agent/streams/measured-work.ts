import { attempt } from '../../core/index.js';
import { wrongArgument } from '../../errors.js';
import { type AgentScope, runInAgent } from './agent-scope.js';
import { callerContext, type InContext } from './caller-context.js';
import { ABANDONED, CANCELLED, failureType } from './failure-type.js';
import { isStream, observedStream } from './follow.js';
import { observedPromise } from './observed-promise.js';
import { isObject, isThenable } from './shapes.js';
import type { StreamObserver } from './stream-observer.js';

/** Called once at the end, in the context of the start: seconds, and what went wrong, if anything. */
export type RecordWork = (seconds: number, errorType: string | undefined) => void;

/** Throws `INVALID_SETUP` for what cannot be called, before anything is counted. */
export function checkWork(fn: unknown, caller: string): void {
  if (typeof fn === 'function') return;
  throw wrongArgument(
    caller,
    fn,
    ' as what to measure',
    'Pass a function that does it: () => search(query).',
  );
}

/**
 * Measures what a function does, and returns or throws what it does. It ends when the function
 * returns, when the promise that it returned settles, or when the generator or stream that it
 * returned is at its end: that one is then observed, and returned in the same shape.
 *
 * @param agent the agent that what happens inside is counted for, if it is another one
 */
export function measuredWork<Result>(
  fn: () => Result,
  record: RecordWork,
  agent?: AgentScope,
): Result {
  const work = new Work(record, agent);
  let result: Result;
  try {
    result = agent === undefined ? fn() : runInAgent(agent, fn);
  } catch (error) {
    work.onError(error);
    throw error;
  }
  if (!isStream(result) && isThenable(result) && isObject(result)) {
    return observedPromise(result, work);
  }
  return work.onValue(result) as Result;
}

/** One piece of work, and the stream that it may go on in. */
class Work implements StreamObserver {
  readonly inContext: InContext;
  private readonly caller = callerContext();
  private readonly startedAt = performance.now();
  private isOpen = true;
  private readonly seen = new Map<unknown, unknown>();

  constructor(
    private readonly record: RecordWork,
    agent: AgentScope | undefined,
  ) {
    const { caller } = this;
    this.inContext = agent === undefined ? caller : (fn) => caller(() => runInAgent(agent, fn));
  }

  onValue(value: unknown): unknown {
    if (!isStream(value)) {
      this.end(undefined);
      return value;
    }
    if (!this.seen.has(value)) this.seen.set(value, observedStream(value, this));
    return this.seen.get(value);
  }

  /** The answer is read past us: this is as far as it can be seen. */
  onResponse(): void {
    this.end(undefined);
  }

  onChunk(): void {}

  onEnd(wasAborted: boolean): void {
    this.end(wasAborted ? CANCELLED : undefined);
  }

  onError(error: unknown): void {
    this.end(failureType(error));
  }

  onReturn(): void {
    this.end(ABANDONED);
  }

  private end(errorType: string | undefined): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    const seconds = (performance.now() - this.startedAt) / 1000;
    attempt(() => this.caller(() => this.record(seconds, errorType)));
  }
}
