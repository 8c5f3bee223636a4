import { context } from '@opentelemetry/api';
import { currentContext, runInContext } from '../../core/index.js';
import { currentAgent, runInAgent } from './agent-scope.js';

/** Runs a function as if it were called where a context was kept. */
export type InContext = <Result>(fn: () => Result) => Result;

/**
 * Keeps the context that is active now: the request context, OpenTelemetry's (the active span), and
 * the agent that calls are counted for. A chunk is asked for wherever the consumer happens to be;
 * what makes it, and what is recorded of it, belongs to the call. The consumer's own context is as
 * it was afterwards.
 */
export function callerContext(): InContext {
  const own = currentContext();
  const agent = currentAgent();
  const active = context.active();
  return (fn) =>
    runInContext(own, () =>
      runInAgent(agent, () => (context.active() === active ? fn() : context.with(active, fn))),
    );
}
