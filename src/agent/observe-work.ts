import type { Attributes } from '../declare/index.js';
import {
  type AgentInstrumentName,
  agentMetrics,
  type Instrument,
  instrumentsOf,
  type RegistryWith,
} from '../standard/index.js';
import { type AgentScope, countCall } from './streams/agent-scope.js';
import type { AttributesOfAll } from './streams/attributes-of-all.js';
import { CallAttributes } from './streams/call-attributes.js';
import { checkWork, measuredWork } from './streams/measured-work.js';

const AGENT_INSTRUMENTS = [
  'genAiInvokeAgentDuration',
  'genAiInvokeAgentInferenceCalls',
  'genAiInvokeAgentToolCalls',
] as const satisfies readonly AgentInstrumentName[];
type AgentWork = (typeof AGENT_INSTRUMENTS)[number];

/** Options of {@link observeTool}, {@link observeStep} and {@link observeAgent}. */
export interface WorkOptions<R, K extends AgentInstrumentName> {
  /** Where it records. Default: `agentMetrics`, the standard registry. */
  readonly registry?: (R & RegistryWith<R, K>) | undefined;
}

/** What an instrument takes, but for what is filled in here; may be left out where nothing is required. */
export type WorkArguments<R, K extends AgentInstrumentName, Filled extends string> = Arguments<
  AttributesOfAll<R, K, Filled>,
  WorkOptions<R, K>
>;

type Arguments<A, Options> =
  Record<never, never> extends A
    ? [attributes?: A | undefined, options?: Options]
    : [attributes: A, options?: Options];

/**
 * Measures one call of a tool, and returns or throws what `fn` does: `gen_ai.execute_tool.duration`,
 * s, with `error.type` where it failed. `fn` is called once, at once; it may be asynchronous. What it
 * returns as generator or stream is measured to its end. The call counts for the agent around it.
 *
 * Throws `INVALID_REGISTRY` for a registry without the instrument, and `INVALID_SETUP` for what is no
 * function, before `fn` is called. Source:
 * GenAI metrics, `gen_ai.execute_tool.duration`.
 *
 * ```ts
 * const found = await observeTool('search', () => search(query), { 'gen_ai.tool.type': 'function' });
 * ```
 */
export function observeTool<Result, R extends object = typeof agentMetrics>(
  name: string,
  fn: () => Result,
  ...[attributes, options]: WorkArguments<
    R,
    'genAiExecuteToolDuration',
    'gen_ai.tool.name' | 'error.type'
  >
): Result {
  const registry = options?.registry ?? agentMetrics;
  const names = ['genAiExecuteToolDuration'] as const;
  const { genAiExecuteToolDuration: duration } = instrumentsOf(registry, names, 'observeTool()');
  checkWork(fn, 'observeTool()');
  const given = new CallAttributes(attributes as Attributes, [duration]);
  countCall('toolCalls');
  return measuredWork(fn, (seconds, errorType) => {
    record(duration, seconds, given, { 'gen_ai.tool.name': name, 'error.type': errorType });
  });
}

/**
 * Measures one step of an agent, a call of a model and the tools that it asked for, and returns or
 * throws what `fn` does: `agent.step.duration`, s. `fn` is called once, at once; it may be
 * asynchronous. What it returns as generator or stream is measured to its end.
 *
 * Throws `INVALID_REGISTRY` for a registry without the instrument, and `INVALID_SETUP` for what is no
 * function, before `fn` is called.
 */
export function observeStep<Result, R extends object = typeof agentMetrics>(
  fn: () => Result,
  ...[attributes, options]: WorkArguments<R, 'agentStepDuration', 'error.type'>
): Result {
  const registry = options?.registry ?? agentMetrics;
  const names = ['agentStepDuration'] as const;
  const { agentStepDuration: duration } = instrumentsOf(registry, names, 'observeStep()');
  checkWork(fn, 'observeStep()');
  const given = new CallAttributes(attributes as Attributes, [duration]);
  return measuredWork(fn, (seconds, errorType) => {
    record(duration, seconds, given, { 'error.type': errorType });
  });
}

/**
 * Measures one invocation of an agent, and returns or throws what `fn` does:
 * `gen_ai.invoke_agent.duration`, s, with `error.type` where it failed, and how many calls of models
 * and tools began inside of it: `gen_ai.invoke_agent.inference_calls`, {inference_call}, and
 * `gen_ai.invoke_agent.tool_calls`, {tool_call}. Counted are `observeStream`, `observeModelCall`,
 * `observeTool` and the steps and tools of `aiTelemetry`; an agent inside counts its own. `fn` is
 * called once, at once; it may be asynchronous. What it returns as generator or stream is measured to
 * its end, and what happens in it is counted.
 *
 * Throws `INVALID_REGISTRY` for a registry without the instruments, and `INVALID_SETUP` for what is no
 * function, before `fn` is called. Source:
 * GenAI metrics, agent metrics.
 *
 * @param name the agent's name; `undefined` for agents that have none
 */
export function observeAgent<Result, R extends object = typeof agentMetrics>(
  name: string | undefined,
  fn: () => Result,
  ...[attributes, options]: WorkArguments<R, AgentWork, 'gen_ai.agent.name' | 'error.type'>
): Result {
  const registry = options?.registry ?? agentMetrics;
  const it = instrumentsOf(registry, AGENT_INSTRUMENTS, 'observeAgent()');
  checkWork(fn, 'observeAgent()');
  const given = new CallAttributes(
    attributes as Attributes,
    AGENT_INSTRUMENTS.map((instrument) => it[instrument]),
  );
  const agent: AgentScope = { inferenceCalls: 0, toolCalls: 0 };
  const recordAll = (seconds: number, errorType: string | undefined): void => {
    const found = { 'gen_ai.agent.name': name, 'error.type': errorType };
    record(it.genAiInvokeAgentDuration, seconds, given, found);
    record(it.genAiInvokeAgentInferenceCalls, agent.inferenceCalls, given, found);
    record(it.genAiInvokeAgentToolCalls, agent.toolCalls, given, found);
  };
  return measuredWork(fn, recordAll, agent);
}

function record(
  instrument: Instrument,
  value: number,
  given: CallAttributes,
  found: Readonly<Record<string, string | undefined>>,
): void {
  instrument.record(value, given.of(instrument, found));
}
