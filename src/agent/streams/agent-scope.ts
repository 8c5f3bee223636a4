import { AsyncLocalStorage } from 'node:async_hooks';

/** What one invocation of an agent has done so far. */
export interface AgentScope {
  inferenceCalls: number;
  toolCalls: number;
}

/** ESM and CommonJS copies of the package in one process share the one storage. */
const STORAGE = Symbol.for('meterbook.agent.1');

/** Made on first use, so that importing has no side effect. */
function shared(): AsyncLocalStorage<AgentScope> {
  const global = globalThis as { [STORAGE]?: AsyncLocalStorage<AgentScope> };
  global[STORAGE] ??= new AsyncLocalStorage<AgentScope>();
  return global[STORAGE];
}

/** The innermost agent that is at work here. */
export function currentAgent(): AgentScope | undefined {
  return shared().getStore();
}

/** Runs `fn` for an agent that was kept; `undefined` is none at all. */
export function runInAgent<Result>(agent: AgentScope | undefined, fn: () => Result): Result {
  const storage = shared();
  if (storage.getStore() === agent) return fn();
  return agent === undefined ? storage.exit(fn) : storage.run(agent, fn);
}

/** Counts one call for the innermost agent, if there is one. */
export function countCall(kind: keyof AgentScope): void {
  const agent = shared().getStore();
  if (agent !== undefined) agent[kind] += 1;
}
